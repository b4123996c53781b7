package org.unmute.report.benchmark;

import java.util.Locale;

/** Turns text into names of files and ids. */
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
