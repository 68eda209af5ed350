package configs

import (
	"errors"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// cut finds a number with a fraction where a whole one is wanted. The library would cut it
// without a word, and whoever wrote 40.7 would have 40.
func cut(node ast.Node, wanted reflect.Type) error {
	for wanted.Kind() == reflect.Pointer {
		wanted = wanted.Elem()
	}
	switch node := node.(type) {
	case *ast.FloatNode:
		if isWhole(wanted) {
			return misread{errors.New("write a whole number here"), node.GetToken().Position.Line}
		}
	case *ast.MappingValueNode:
		return cutBelow(node, wanted)
	case *ast.MappingNode:
		for _, pair := range node.Values {
			if err := cutBelow(pair, wanted); err != nil {
				return err
			}
		}
	case *ast.SequenceNode:
		for _, value := range node.Values {
			if wanted.Kind() != reflect.Slice {
				return nil
			}
			if err := cut(value, wanted.Elem()); err != nil {
				return err
			}
		}
	}
	return nil
}

func cutBelow(pair *ast.MappingValueNode, wanted reflect.Type) error {
	switch wanted.Kind() {
	case reflect.Map:
		return cut(pair.Value, wanted.Elem())
	case reflect.Struct:
		for i := range wanted.NumField() {
			if name, _, _ := strings.Cut(wanted.Field(i).Tag.Get("yaml"), ","); name == text(pair.Key) {
				return cut(pair.Value, wanted.Field(i).Type)
			}
		}
	}
	return nil
}

// isWhole says that a value is a number of Go's own; a type of ours reads its text itself.
func isWhole(wanted reflect.Type) bool {
	return wanted.PkgPath() == "" && wanted.Kind() >= reflect.Int && wanted.Kind() <= reflect.Uint64
}
