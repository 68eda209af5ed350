package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) release() *cobra.Command {
	return group(&cobra.Command{
		Use:   "release",
		Short: "See and add the versions of a product that can be tried",
		Long: `A release is one version of a product that can run: an image. It never changes; a new
version is a new release.`,
		Example: "  den release add Slotwise 2.1 --from-push 2.1\n  den release list Slotwise",
	}, k.releaseList(), k.releaseShow(), k.releasePushes(), k.releaseAdd(), k.releaseSBOM(), k.releasePreflight(),
		k.renewalList(), k.renewalPropose(), k.renewalWithdraw(), k.renewalAgree(), k.renewalRefuse(), newReleaseCheck(k.getenv, k.std))
}

func (k *client) releaseList() *cobra.Command {
	var p paging
	c := k.oneProduct(&cobra.Command{
		Use:     "list PRODUCT",
		Short:   "List the releases of a product",
		Long:    "List the releases of a product, which is named by id or name, the newest first.",
		Example: "  den release list Slotwise",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		page, err := said[contract.ReleasePage](c.ListReleases(ctx, id, &contract.ListReleasesParams{Newest: p.newest(), After: pointerTo(p.after), Limit: &p.limit}))
		if err != nil {
			return err
		}
		k.more(page.value.Next)
		return show(k, page, k.tellReleases)
	})
	p.flags(c, true)
	return c
}

func (k *client) tellReleases(page contract.ReleasePage) {
	var rows [][]string
	for _, r := range page.Items {
		rows = append(rows, []string{r.Id, r.Version, fmt.Sprint(r.Port), r.Path, string(r.Profile), bytesOf(r.SizeBytes), r.From})
	}
	k.list("There are no releases.", []string{"ID", "VERSION", "PORT", "PATH", "PROFILE", "SIZE", "FROM"}, rows)
}

// howMany counts what was given.
func howMany(given ...string) (n int) {
	for _, g := range given {
		if g != "" {
			n++
		}
	}
	return n
}

func (k *client) releasePushes() *cobra.Command {
	return k.oneProduct(&cobra.Command{
		Use:   "pushes PRODUCT",
		Short: "List what was pushed for a product",
		Long: `List what was pushed to the repository of a product, the newest first, and which releases
were made of it. "den product show" says what the repository is called.`,
		Example: "  den release pushes Slotwise",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		list, err := said[contract.PushList](c.ListPushes(ctx, id))
		if err != nil {
			return err
		}
		return show(k, list, k.tellPushes)
	})
}

func (k *client) tellPushes(list contract.PushList) {
	var rows [][]string
	for _, p := range list.Items {
		rows = append(rows, []string{p.Tag, p.Digest, bytesOf(p.SizeBytes), moment(&p.At), strings.Join(p.Releases, ", ")})
	}
	k.list("Nothing was pushed yet.", []string{"TAG", "DIGEST", "SIZE", "PUSHED", "RELEASES"}, rows)
}

func (k *client) releaseShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show RELEASE",
		Short:   "Show a release",
		Long:    "Show a release: its image, its port, and how tightly it is held.",
		Example: "  den release show rel_01…",
		Args:    words("the id of a release"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			r, err := said[contract.Release](c.GetRelease(ctx, args[0]))
			if err != nil {
				return err
			}
			return show(k, r, k.tellRelease)
		}),
	}
}

func (k *client) tellRelease(r contract.Release) {
	services := ""
	if r.Services != nil {
		services = strings.Join(*r.Services, ", ")
	}
	facts(k.std.out, [2]string{"Release", r.Version}, [2]string{"Id", r.Id}, [2]string{"Product", r.Product}, [2]string{"Services", services}, [2]string{"Image", r.Image},
		[2]string{"Digest", r.Digest}, [2]string{"From", r.From}, [2]string{"Port", fmt.Sprint(r.Port)}, [2]string{"Path", r.Path},
		[2]string{"Profile", string(r.Profile)}, [2]string{"Size", bytesOf(r.SizeBytes)}, [2]string{"Asks for", waysSaid(r.Asks)}, [2]string{"Needs", given(r.Needs)},
		[2]string{"What is new", given(r.Notes)}, [2]string{"SBOM", sbomSaid(r.Sbom)}, [2]string{"Added", moment(&r.CreatedAt)})
}

// newRelease are the flags of release add.
type newRelease struct {
	image, archive, path, profile string
	pushed                        string
	compose, front                string
	port                          int32
	env                           []string
	ways                          []string
	mail                          bool
	notes, needs, sbom            string
}

// asks is what the release asks departments to open, or nil.
func (n newRelease) asks() *contract.Ways {
	if len(n.ways) == 0 && !n.mail {
		return nil
	}
	return &contract.Ways{Out: &n.ways, Mail: &n.mail}
}

func (k *client) releaseAdd() *cobra.Command {
	var n newRelease
	c := &cobra.Command{
		Use:   "add PRODUCT VERSION --from-push TAG | --archive FILE | --image NAME | --compose FILE",
		Short: "Add a release from what was pushed, an archive, an image, or a compose file",
		Long: `Add a release of a product. The image comes from what was pushed to the product's
repository with "docker push" (see "den release pushes"), from an archive that "docker
save" wrote on any machine, or from the den's engine, by name or id. A compose file names
several images: they are in an archive that comes with it, were pushed, or are on the
engine. See "den release check" for
what such a file may say.

Products run as an unprivileged user on a read-only file system (profile strict). Images
that start as root and drop their rights themselves need the profile standard.`,
		Example: "  den release add Slotwise 2.1 --from-push 2.1\n" +
			"  docker save northbridge/slotwise:2.1 -o slotwise.tar && den release add Slotwise 2.1 --archive slotwise.tar --port 8080\n" +
			"  docker save web:2 db:2 -o all.tar && den release add Slotwise 2.1 --compose compose.yaml --archive all.tar --front web",
		Args:              words("the id or name of a product", "the version"),
		ValidArgsFunction: k.completeProducts,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case n.compose != "" && (n.image != "" || n.pushed != "" || len(n.env) > 0):
				return offWords(cmd, "leave --image, --from-push and --env out with --compose. The file names its images and variables")
			case n.compose == "" && n.front != "":
				return offWords(cmd, "give --front with --compose only. An image has no services")
			case n.compose != "":
			case howMany(n.pushed, n.archive, n.image) != 1:
				return offWords(cmd, "give the tag with --from-push, the archive with --archive or the image with --image: one of the three")
			case n.archive != "" && len(n.env) > 0:
				return offWords(cmd, "give --env with --image or --from-push only. An archive brings its variables along")
			}
			sbom, err := sbomText(n.sbom)
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			c, err := k.api()
			if err != nil {
				return err
			}
			product, err := productID(ctx, c, args[0])
			if err != nil {
				return err
			}
			r, err := k.addRelease(ctx, c, product, args[1], n)
			if err != nil {
				return at(err, flagPlace)
			}
			if r, err = k.withSBOM(ctx, c, r, n.sbom, sbom); err != nil {
				return err
			}
			return show(k, r, k.tellRelease)
		},
	}
	f := c.Flags()
	f.StringVar(&n.pushed, "from-push", "", "tag or digest of what was pushed to the product's repository")
	f.StringVar(&n.image, "image", "", "name or id of an image on the den's engine")
	f.StringVar(&n.archive, "archive", "", "archive that docker save wrote")
	f.StringVar(&n.compose, "compose", "", "compose file of a product of several services")
	f.StringVar(&n.front, "front", "", "with --compose: the service that answers; left out: the only one that declares a port")
	f.Int32Var(&n.port, "port", 0, "the port that answers HTTP; left out: the one that the image declares")
	f.StringVar(&n.path, "path", "", "the page to open first (/)")
	f.StringVar(&n.profile, "profile", "", "strict or standard (strict)")
	f.StringArrayVar(&n.ways, "way", nil, "a host that the product has to reach, such as api.example.org:443; departments decide for each trial; may be repeated")
	f.BoolVar(&n.mail, "mail", false, "ask for mail that the product sends to be caught, so that evaluators can read it")
	f.StringVar(&n.notes, "notes", "", "what is new in it, as plain text")
	f.StringVar(&n.needs, "needs", "", "what data it has to find to be tried, as plain text")
	f.StringVar(&n.sbom, "sbom", "", "file that lists what it is built of: CycloneDX JSON or SPDX JSON")
	f.StringArrayVar(&n.env, "env", nil, "a variable for the product, NAME=value; may be repeated")
	return c
}

func (k *client) addRelease(ctx context.Context, c *contract.Client, product, version string, n newRelease) (answer[contract.Release], error) {
	if n.compose != "" {
		return k.addStack(ctx, c, product, version, n)
	}
	profile := pointerTo(contract.Profile(n.profile))
	if n.archive == "" {
		in := contract.NewRelease{Version: version, Image: pointerTo(n.image), Pushed: pointerTo(n.pushed), Port: pointerTo(n.port), Path: pointerTo(n.path), Profile: profile, Asks: n.asks(), Notes: pointerTo(n.notes), Needs: pointerTo(n.needs)}
		if n.env != nil {
			in.Env = &n.env
		}
		return said[contract.Release](c.AddRelease(ctx, product, &contract.AddReleaseParams{IdempotencyKey: key()}, in))
	}
	file, err := os.Open(n.archive)
	if err != nil {
		return answer[contract.Release]{}, usageError{fmt.Errorf("the archive cannot be read: %w", err)}
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return answer[contract.Release]{}, usageError{fmt.Errorf("the archive cannot be read: %w", err)}
	}
	p := progress{k: k}
	defer p.clear()
	sent := &counted{from: file, tell: func(n int64) { p.show("Sending: " + bytesOf(n) + " of " + bytesOf(info.Size())) }}
	repeatable := func(_ context.Context, r *http.Request) error {
		r.ContentLength = info.Size()
		r.GetBody = func() (io.ReadCloser, error) { return os.Open(n.archive) }
		return nil
	}
	return said[contract.Release](c.AddReleaseArchiveWithBody(ctx, product, &contract.AddReleaseArchiveParams{
		Version: version, Port: pointerTo(n.port), Path: pointerTo(n.path), Profile: profile, IdempotencyKey: key(), Ways: someOf(n.ways), Mail: pointerTo(n.mail),
		Notes: pointerTo(n.notes), Needs: pointerTo(n.needs),
	}, "application/x-tar", sent, repeatable))
}

// counted says how much was read of a file each time another megabyte was.
type counted struct {
	from io.Reader
	n    int64
	tell func(int64)
}

func (c *counted) Read(b []byte) (int, error) {
	const step = 1 << 20
	n, err := c.from.Read(b)
	before := c.n / step
	if c.n += int64(n); c.n/step > before {
		c.tell(c.n)
	}
	return n, err
}
