/** Atomic file writes, locks, checksums, JSON headers and text for terminals. */
module org.unmute.files {
    exports org.unmute.files;
}
