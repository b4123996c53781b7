package org.unmute.data.verdict;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a listener says about an event of a class. */
public enum Answer {
    /** The class is there. */
    YES,
    /** The class is not there. */
    NO,
    /** The listener cannot tell. */
    UNSURE,
    /** Another class is there, and this one is not. */
    OTHER;

    /** The word in files and messages, such as {@code yes}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The answer with a word, in any case.
     *
     * @throws IllegalArgumentException naming the possible words
     */
    public static Answer of(String word) {
        for (Answer answer : values()) {
            if (answer.word().equals(word.strip().toLowerCase(Locale.ROOT))) {
                return answer;
            }
        }
        throw new IllegalArgumentException("verdict: not an answer: '" + word + "': answers are "
                + Arrays.stream(values()).map(Answer::word).collect(Collectors.joining(", ")));
    }
}
