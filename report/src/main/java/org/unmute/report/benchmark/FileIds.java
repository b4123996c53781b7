package org.unmute.report.benchmark;

import java.util.Locale;

/** Names of files and ids in the page. */
final class FileIds {
    private FileIds() {}

    /** Lower-case letters, digits and hyphens only. */
    static String of(String text) {
        return text.toLowerCase(Locale.ROOT)
                .replace("+", "plus")
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
    }
}
