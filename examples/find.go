// SPDX-License-Identifier: Apache-2.0

// Find indexes a folder and searches it, in Go, by cgo.
//
//	go run find.go demo pictures.db ~/Pictures "a red apple beside a dog"
package main

/*
#cgo pkg-config: descry
#include <descry.h>
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"os"
)

func check(rc C.int, err *C.descry_error) C.int {
	if rc < 0 {
		fmt.Fprintln(os.Stderr, "find:", C.GoString(&err.message[0]))
		os.Exit(1)
	}
	return rc
}

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: find MODEL LIBRARY FOLDER QUERY")
		os.Exit(2)
	}
	var err C.descry_error
	var ctx *C.descry_context
	var model *C.descry_model
	var library *C.descry_library
	var results *C.descry_results
	check(C.descry_context_open(&ctx, nil, &err), &err)
	defer C.descry_context_close(&ctx)
	check(C.descry_model_open(&model, ctx, C.CString(os.Args[1]), nil, &err), &err)
	defer C.descry_model_close(&model)
	check(C.descry_library_open(&library, ctx, C.CString(os.Args[2]), nil, &err), &err)
	defer C.descry_library_close(&library)

	folder := C.CString(os.Args[3])
	check(C.descry_index(library, model, &folder, 1, nil, nil, &err), &err)

	var options C.descry_search_options
	C.descry_search_options_init(&options)
	options.k = 5
	check(C.descry_search(&results, library, model, C.CString(os.Args[4]), &options, &err), &err)
	defer C.descry_results_close(&results)
	var match *C.descry_match
	for check(C.descry_results_next(results, &match, &err), &err) == 1 {
		fmt.Printf("%d  %.4f  %s\n", match.rank, float32(match.score), C.GoString(match.path))
	}
}
