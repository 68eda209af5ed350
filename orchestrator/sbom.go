package orchestrator

import (
	buffer "bytes"
	"context"
	"fmt"
	"io"

	"innovationden/orchestrator/den"
)

// AddSBOM keeps what a release is built of, as its supplier's tools say it. It is added
// once: Conflict for another. The same file again is the same success.
func (o *Orchestrator) AddSBOM(ctx context.Context, actor den.Actor, in den.NewSBOM) (v den.SBOMView, err error) {
	if o.Files == nil {
		return v, den.Refuse(den.Conflict, "This den keeps no files. Ask the operator.")
	}
	err = o.Store.View(ctx, func(tx den.Tx) error { // before anything is read
		_, err := mayOffer(tx, actor, in.Release)
		return err
	})
	if err != nil {
		return v, err
	}
	if in.From == nil {
		return v, den.Bad("file", "Choose a file.")
	}
	text, err := io.ReadAll(io.LimitReader(in.From, den.MostSBOM+1))
	if err != nil {
		return v, err
	}
	made := den.SBOM{Name: fileName(in.Name), AddedBy: actor.ID}
	if made.Format, v.Parts, err = den.ParseSBOM(text); err != nil {
		return v, err
	}
	made.Components = len(v.Parts)
	if made.Hash, made.Size, err = o.Files.Keep(ctx, buffer.NewReader(text), den.MostSBOM); err != nil {
		return v, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		v.Release, err = mayOffer(tx, actor, in.Release)
		switch {
		case err != nil:
			return err
		case v.Release.SBOM != nil && v.Release.SBOM.Hash == made.Hash:
			v.SBOM = *v.Release.SBOM
			return nil
		case v.Release.SBOM != nil:
			return den.Refuse(den.Conflict, "Release %s has an SBOM already, and a release never changes. Add a release with another version.", v.Release.Version)
		}
		if err := o.onShelf(made.Hash); err != nil {
			return err
		}
		made.AddedAt = p.now
		v.SBOM, v.Release.SBOM = made, &made
		if v.Release, err = tx.Releases().Put(v.Release); err != nil {
			return err
		}
		_, err := p.record(tx, den.Event{
			Act: sbomAct, Subject: v.Release.ID, About: []den.ID{v.Release.Product, v.Release.Supplier},
			Say: fmt.Sprintf("Release %s got its SBOM: %s, %d components, SHA-256 %s.", v.Release.Version, made.Format, made.Components, made.Hash),
		})
		return err
	})
	if err != nil {
		o.unneeded(ctx, made.Hash)
	}
	return v, err
}

// sbomAct is the act of the event that says what a release is built of.
const sbomAct = "release.sbom"

// mayOffer reads a release for those who may offer it.
func mayOffer(tx den.Tx, actor den.Actor, id den.ID) (den.Release, error) {
	r, err := tx.Releases().Get(id)
	if den.KindOf(err) == den.NotFound {
		if err := allow(actor, den.ReadTechmap, den.ReadTechmap, den.Owner{}); err != nil {
			return r, err
		}
		return r, den.Missing()
	}
	if err != nil {
		return r, err
	}
	return r, allow(actor, den.OfferProduct, den.ReadTechmap, den.Owner{Suppliers: []den.ID{r.Supplier}})
}

// SBOM reads what a release is built of. NotFound where nobody said; Denied for other
// suppliers, whom it does not concern.
func (o *Orchestrator) SBOM(ctx context.Context, actor den.Actor, release den.ID) (v den.SBOMView, err error) {
	v, content, err := o.SBOMFile(ctx, actor, release)
	if err != nil {
		return v, err
	}
	defer func() { _ = content.Close() }()
	text, err := io.ReadAll(io.LimitReader(content, den.MostSBOM+1))
	if err != nil {
		return v, err
	}
	_, v.Parts, err = den.ParseSBOM(text)
	return v, err
}

// SBOMFile is the SBOM as its supplier gave it. The caller closes it. As SBOM.
func (o *Orchestrator) SBOMFile(ctx context.Context, actor den.Actor, release den.ID) (v den.SBOMView, content io.ReadCloser, err error) {
	err = o.readTechmap(ctx, actor, func(tx den.Tx) error {
		if v.Release, err = tx.Releases().Get(release); err != nil {
			return missing(err)
		}
		return allow(actor, den.ReadSBOM, den.ReadTechmap, den.Owner{Suppliers: []den.ID{v.Release.Supplier}})
	})
	if err != nil {
		return v, nil, err
	}
	if v.Release.SBOM == nil || o.Files == nil {
		return v, nil, den.Missing()
	}
	v.SBOM = *v.Release.SBOM
	content, err = o.Files.Read(v.SBOM.Hash)
	return v, content, err
}

// ReleaseOf reads a release with what is known of it. NotFound.
func (o *Orchestrator) ReleaseOf(ctx context.Context, actor den.Actor, id den.ID) (v den.ReleaseView, err error) {
	if err := o.mayTechmap(actor); err != nil {
		return v, err
	}
	err = o.Store.View(ctx, func(tx den.Tx) error {
		if v.Release, err = tx.Releases().Get(id); err != nil {
			return missing(err)
		}
		product, err := tx.Products().Get(v.Product)
		if err != nil {
			return err
		}
		supplier, err := tx.Suppliers().Get(v.Supplier)
		if err != nil {
			return err
		}
		v.ProductName, v.SupplierName = product.Name, supplier.Name
		v.May = rights(actor, supplier.Owner(), den.OfferProduct, den.ReadSBOM)
		v.Flight, err = lastPreflight(tx, id)
		return err
	})
	return v, err
}
