package den

import "strings"

// formulaStarts are the characters with which spreadsheets begin what they compute, or
// that lead to such a one
// (https://owasp.org/www-community/attacks/CSV_Injection).
const formulaStarts = "=+-@\t\r\n|%"

// ForSpreadsheet is a text as a cell of a table that people open in a spreadsheet: what
// it would take for a formula gets an apostrophe before it. FromSpreadsheet gives the
// text back.
func ForSpreadsheet(text string) string {
	if isFormula(strings.TrimLeft(text, "'")) {
		return "'" + text
	}
	return text
}

// FromSpreadsheet is the text that ForSpreadsheet was given.
func FromSpreadsheet(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && isFormula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return cell
}

func isFormula(text string) bool { return text != "" && strings.IndexByte(formulaStarts, text[0]) >= 0 }
