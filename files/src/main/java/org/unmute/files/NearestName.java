package org.unmute.files;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Suggests a known name for a mistyped one, by Levenshtein distance. Ignores case and treats '_' as '-'. */
public final class NearestName {
    private NearestName() {}

    /** The nearest known name; empty if more than half of it differs. */
    public static Optional<String> to(String typed, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(k -> distance(typed, k)))
                .filter(k -> distance(typed, k) <= Math.max(1, Math.max(k.length(), typed.length()) / 2));
    }

    /** The end of a message about an unknown name: the nearest known name, if any, and all known names. */
    public static String suggestion(String typed, Collection<String> known) {
        String all = String.join(", ", known);
        return to(typed, known)
                .map(k -> "; did you mean '" + k + "'? There are " + all)
                .orElse(": there are " + all);
    }

    private static int distance(String one, String other) {
        String a = one.toLowerCase(Locale.ROOT).replace('_', '-');
        String b = other.toLowerCase(Locale.ROOT).replace('_', '-');
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
