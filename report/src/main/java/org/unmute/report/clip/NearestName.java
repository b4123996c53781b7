package org.unmute.report.clip;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** The name that someone may have meant. */
final class NearestName {
    private NearestName() {}

    /** The name that takes the fewest letters to insert, delete or exchange; upper and lower case count as the same. */
    static String of(String typed, Collection<String> names) {
        return names.stream()
                .min(Comparator.comparingInt((String n) -> distance(lower(typed), lower(n))))
                .orElseThrow();
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int exchanged = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(exchanged, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
