/** Atomic file writes, locks, checksums, JSON headers and text for terminals. */
module org.unmute.files {
    requires static org.jspecify;

    exports org.unmute.files;
}
