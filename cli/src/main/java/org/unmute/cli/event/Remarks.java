package org.unmute.cli.event;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmute.data.MalformedTableException;
import org.unmute.events.strong.MatchedEvents;

/** What was left out of a comparison, in words. */
final class Remarks {
    private static final int NAMED = 5;

    private Remarks() {}

    /** The first names of a list that may be long, clean. */
    static String names(Collection<String> names) {
        return names.stream().limit(NAMED).map(MalformedTableException::quote).collect(Collectors.joining(", "))
                + (names.size() > NAMED ? ", …" : "");
    }

    private static String counted(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                        .limit(NAMED)
                        .map(e -> MalformedTableException.quote(e.getKey()) + " (" + e.getValue() + ")")
                        .collect(Collectors.joining(", "))
                + (counts.size() > NAMED ? ", …" : "");
    }

    /**
     * What was left out of a table.
     *
     * @param what  what its events are: "reference events"
     * @param where what has the recordings that count
     */
    static void add(List<String> remarks, MatchedEvents matched, String what, String where) {
        if (!matched.missing().isEmpty()) {
            remarks.add(matched.missing().size() + " recordings with " + matched.eventsMissing() + " " + what
                    + " are not " + where + " and do not count: "
                    + names(matched.missing().keySet()));
        }
        if (!matched.unknown().isEmpty()) {
            int events = matched.unknown().values().stream().mapToInt(n -> n).sum();
            remarks.add(events + " " + what + " of " + matched.unknown().size() + " other classes do not count: "
                    + counted(matched.unknown()) + ": if a class only has another name, use --rename OLD=NEW");
        }
        if (matched.unlabelled() > 0) {
            remarks.add(matched.unlabelled() + " " + what + " have no label and do not count");
        }
    }
}
