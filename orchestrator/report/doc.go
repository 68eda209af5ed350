// Package report writes the standard document of a trial in each of its forms. It knows
// den.Report, spreadsheets, the Open Contracting Data Standard, and bundles with their
// proofs; it must not know the store, who may read a report, or how one is computed.
//
//	tidy.go    the document as one row a fact          csv.go   those rows as CSV
//	sheets.go  the document as typed tables            ods.go   those tables as OpenDocument
//	json.go    the document itself                     schema.go its published schema
//	ocds.go    an OCDS release package                 extension.go what we add to the standard
//	page.go    one HTML file that needs nothing else          pictures.go its pictures
//	inputs.go  the scores and marks as evaluation reads them
//	bundle.go  everything with its evidence and proofs archive.go the zip, byte for byte
//	check.go   a bundle read within bounds, and every fault of it by name
//
// The same document gives the same bytes in every form.
package report
