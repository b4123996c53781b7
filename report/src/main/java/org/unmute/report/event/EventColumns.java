package org.unmute.report.event;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.unmute.report.drawing.Markup;
import org.unmute.report.event.EventSelection.Chosen;

/**
 * The listed events as compact JSON for a script element: one column of integers for each property. Only classes and
 * recordings with a listed event are named.
 */
final class EventColumns {
    private static final double SCORE_UNITS = 1e4;
    private static final int MILLIS = 1000;

    private final StringBuilder json = new StringBuilder(1 << 16);
    private final List<Chosen> events;

    private EventColumns(List<Chosen> events) {
        this.events = events;
    }

    /**
     * @param events in display order
     * @return JSON that is ASCII except for names, without characters that HTML or XML interpret
     */
    static String json(List<Chosen> events, List<EventClass> classes, List<SoundFile> files) {
        EventColumns columns = new EventColumns(events);
        int[] classNumber = numbers(events, classes.size(), Chosen::label);
        int[] fileNumber = numbers(events, files.size(), Chosen::file);
        columns.json.append("{");
        columns.used("classes", classes, classNumber, c -> quoted(Markup.plain(c.name())));
        columns.used("thresholds", classes, classNumber, c -> number(c.threshold()));
        columns.used("files", files, fileNumber, f -> quoted(Markup.plain(f.name())));
        columns.used("uris", files, fileNumber, f -> quoted(f.uri()));
        columns.used(
                "starts",
                files,
                fileNumber,
                f -> f.started()
                        .map((LocalDateTime t) -> Long.toString(t.toEpochSecond(ZoneOffset.UTC)))
                        .orElse("null"));
        columns.column("label", c -> classNumber[c.label()]);
        columns.column("file", c -> fileNumber[c.file()]);
        columns.column("onset", c -> Math.round(c.event().onset() * MILLIS));
        columns.column("millis", c -> Math.round(c.event().seconds() * MILLIS));
        columns.column(
                "score",
                c -> Double.isNaN(c.event().score()) ? -1 : Math.round(c.event().score() * SCORE_UNITS));
        if (events.stream().anyMatch(c -> c.event().confirmed())) {
            columns.column("confirmed", c -> c.event().confirmed() ? 1 : 0);
        }
        columns.column(
                "low",
                c -> c.event().band().full() ? -1 : Math.round(c.event().band().low()));
        columns.column("high", c -> Math.round(c.event().band().high()));
        columns.json.setLength(columns.json.length() - 1);
        return columns.json.append("}").toString();
    }

    /** Consecutive numbers for the indices in use, in order. */
    private static int[] numbers(List<Chosen> events, int size, Function<Chosen, Integer> index) {
        int[] numbers = new int[size];
        events.forEach(e -> numbers[index.apply(e)] = 1);
        int next = 0;
        for (int i = 0; i < size; i++) {
            numbers[i] = numbers[i] == 0 ? -1 : next++;
        }
        return numbers;
    }

    private <T> void used(String name, List<T> all, int[] numbers, Function<T, String> value) {
        json.append('"').append(name).append("\":[");
        boolean first = true;
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] >= 0) {
                json.append(first ? "" : ",").append(value.apply(all.get(i)));
                first = false;
            }
        }
        json.append("],");
    }

    private void column(String name, ToLongFunction<Chosen> value) {
        json.append('"').append(name).append("\":[");
        for (int i = 0; i < events.size(); i++) {
            json.append(i == 0 ? "" : ",").append(value.applyAsLong(events.get(i)));
        }
        json.append("],");
    }

    private static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "null";
    }

    /** A JSON string without control characters, unpaired surrogates, or anything that could end a script element. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> {
            boolean plain = c >= 0x20 && c < 0x7F && "\"\\<>&".indexOf(c) < 0 || c >= 0xA0 && c < 0x2000;
            if (plain || c > 0x206F && c < 0xD800) {
                quoted.appendCodePoint(c);
            } else {
                for (char unit : Character.toChars(c)) {
                    quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
            }
        });
        return quoted.append('"').toString();
    }
}
