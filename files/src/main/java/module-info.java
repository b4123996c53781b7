/** Files that are written whole or not at all, locks, checksums, JSON headers and text for terminals. */
module org.unmute.files {
    exports org.unmute.files;
}
