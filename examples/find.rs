// SPDX-License-Identifier: Apache-2.0
//! Indexes a folder and searches it, in Rust, without a crate.
//!
//!     rustc find.rs -l descry
//!     ./find demo pictures.db ~/Pictures "a red apple beside a dog"

use std::env;
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::process::exit;
use std::ptr::null_mut;

#[repr(C)]
struct Error {
    code: c_int,
    message: [c_char; 1000],
}

/// As far as it is used: members are only ever added at the end.
#[repr(C)]
struct Match {
    rank: u64,
    score: f32,
    id: i64,
    path: *const c_char,
}

type Handle = *mut c_void;

extern "C" {
    fn descry_context_open(ctx: *mut Handle, options: Handle, err: *mut Error) -> c_int;
    fn descry_context_close(ctx: *mut Handle);
    fn descry_model_open(model: *mut Handle, ctx: Handle, name: *const c_char, options: Handle, err: *mut Error) -> c_int;
    fn descry_model_close(model: *mut Handle);
    fn descry_library_open(library: *mut Handle, ctx: Handle, path: *const c_char, options: Handle, err: *mut Error) -> c_int;
    fn descry_library_close(library: *mut Handle);
    fn descry_index(library: Handle, model: Handle, paths: *const *const c_char, count: usize, options: Handle,
                    counts: Handle, err: *mut Error) -> c_int;
    fn descry_search(results: *mut Handle, library: Handle, model: Handle, query: *const c_char, options: Handle,
                     err: *mut Error) -> c_int;
    fn descry_results_next(results: Handle, found: *mut *const Match, err: *mut Error) -> c_int;
    fn descry_results_close(results: *mut Handle);
}

fn check(rc: c_int, err: &Error) -> c_int {
    if rc < 0 {
        eprintln!("find: {}", unsafe { CStr::from_ptr(err.message.as_ptr()) }.to_string_lossy());
        exit(1);
    }
    rc
}

fn main() {
    let args: Vec<CString> = env::args().skip(1).map(|arg| CString::new(arg).unwrap()).collect();
    if args.len() != 4 {
        eprintln!("usage: find MODEL LIBRARY FOLDER QUERY");
        exit(2);
    }
    let mut err = Error { code: 0, message: [0; 1000] };
    let (mut ctx, mut model, mut library, mut results) = (null_mut(), null_mut(), null_mut(), null_mut());
    let folders = [args[2].as_ptr()];
    unsafe {
        check(descry_context_open(&mut ctx, null_mut(), &mut err), &err);
        check(descry_model_open(&mut model, ctx, args[0].as_ptr(), null_mut(), &mut err), &err);
        check(descry_library_open(&mut library, ctx, args[1].as_ptr(), null_mut(), &mut err), &err);
        check(descry_index(library, model, folders.as_ptr(), 1, null_mut(), null_mut(), &mut err), &err);
        check(descry_search(&mut results, library, model, args[3].as_ptr(), null_mut(), &mut err), &err);
        let mut found: *const Match = null_mut();
        while check(descry_results_next(results, &mut found, &mut err), &err) == 1 {
            let path = CStr::from_ptr((*found).path).to_string_lossy();
            println!("{}  {:.4}  {}", (*found).rank, (*found).score, path);
        }
        descry_results_close(&mut results);
        descry_library_close(&mut library);
        descry_model_close(&mut model);
        descry_context_close(&mut ctx);
    }
}
