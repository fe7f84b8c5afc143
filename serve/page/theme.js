// SPDX-License-Identifier: Apache-2.0
// The theme that was chosen, before anything is painted: "light", "dark", or the system's.
try {
    document.documentElement.dataset.theme = localStorage.getItem("theme") || "system";
} catch { /* no storage: the system's */ }
