package org.unmute.report.event;

/**
 * Limits on the size of a page.
 *
 * @param bytes          maximum size of the page in bytes, at least 1,000,000
 * @param listed         maximum number of events in the list
 * @param best           number of snippets of each class with the highest scores
 * @param doubtful       number of snippets of each class with the scores nearest to the threshold
 * @param snippetSeconds maximum length of a snippet in seconds, 1 to 60
 */
public record EventPageLimits(long bytes, int listed, int best, int doubtful, double snippetSeconds) {
    /** 20 MB, 100,000 events, and per class three best and three doubtful snippets of at most 8 s. */
    public static final EventPageLimits DEFAULT = new EventPageLimits(20_000_000, 100_000, 3, 3, 8);

    private static final long MIN_BYTES = 1_000_000;
    private static final long MAX_BYTES = 500_000_000;

    /** @throws IllegalArgumentException if a limit is out of range */
    public EventPageLimits {
        if (bytes < MIN_BYTES || bytes > MAX_BYTES || listed < 1 || best < 0 || doubtful < 0) {
            throw new IllegalArgumentException("event page: limits of " + bytes + " bytes (" + MIN_BYTES + " to "
                    + MAX_BYTES + "), " + listed + " listed events, " + best + " and " + doubtful + " snippets");
        }
        if (!(snippetSeconds >= 1 && snippetSeconds <= 60)) {
            throw new IllegalArgumentException("event page: snippets of 1 to 60 s, not " + snippetSeconds);
        }
    }
}
