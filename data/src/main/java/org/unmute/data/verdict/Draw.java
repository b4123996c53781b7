package org.unmute.data.verdict;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * How an event came to be judged. Only the random sample says something about events that nobody judged.
 *
 * @param kind        why it was asked
 * @param floor       lowest score of the listed events among which it was drawn; NaN if they have no scores
 * @param stratum     name of its stratum; empty without strata
 * @param probability probability that the sample, as far as it was planned, includes it, in (0, 1]; NaN if it was not
 *                    drawn at random
 * @param list        SHA-256 of the list of events, 64 lower-case hexadecimal digits; empty if there was no list
 */
public record Draw(Kind kind, double floor, String stratum, double probability, String list) {
    /** Begins the stratum of random stretches without a listed event of the class: {@code unlisted 10.0 s}. */
    public static final String UNLISTED = "unlisted";

    /** Why an event was asked. */
    public enum Kind {
        /** At random, within strata of scores. */
        SAMPLE,
        /** Because its score is near the threshold. */
        DOUBTFUL,
        /** Because it is near to an example. */
        SEARCH,
        /** Because the listener or an imported table chose it. */
        CHOSEN;

        /** The word in files, such as {@code sample}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * The kind with a word, in any case.
         *
         * @throws IllegalArgumentException naming the possible words
         */
        public static Kind of(String word) {
            for (Kind kind : values()) {
                if (kind.word().equals(word.strip().toLowerCase(Locale.ROOT))) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("verdict: not a kind of draw: '" + word + "': kinds are "
                    + Arrays.stream(values()).map(Kind::word).collect(Collectors.joining(", ")));
        }
    }

    /** @throws IllegalArgumentException if a sampled event has no probability in (0, 1] */
    public Draw {
        Objects.requireNonNull(stratum, "stratum");
        Objects.requireNonNull(list, "list");
        if (kind == Kind.SAMPLE && !(probability > 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "verdict: the probability of a sampled event must be in (0, 1]: " + probability);
        }
    }

    /** An event that was not drawn at random. */
    public static Draw notRandom(Kind kind, double floor, String list) {
        return new Draw(kind, floor, "", Double.NaN, list);
    }

    /** Whether this is a random stretch without a listed event. */
    public boolean isUnlisted() {
        return kind == Kind.SAMPLE && stratum.startsWith(UNLISTED);
    }

    /** Whether it is part of the random sample of a list's events. */
    public boolean isSample() {
        return kind == Kind.SAMPLE && !stratum.startsWith(UNLISTED);
    }
}
