package web

import "innovationden/web/pages"

// RoutesOf is the table of routes, whose handlers must not be called.
func RoutesOf() []Route { return (&server{pages: &pages.Pages{}}).Routes() }
