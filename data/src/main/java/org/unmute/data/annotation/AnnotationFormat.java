package org.unmute.data.annotation;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.data.CsvLine;
import org.unmute.data.provenance.Json;
import org.unmute.files.PlainText;

/**
 * Formats in which events are written line by line while recordings are processed. Text from outside (file names,
 * labels) becomes {@link PlainText} and is escaped in JSON; a comma-separated row is a {@link CsvLine}, and
 * tab-separated text is guarded in the same way.
 */
public enum AnnotationFormat {
    /**
     * {@code file,start,end,label,score,low,high}, times in seconds, frequencies in Hz; then {@code
     * begin_datetime,end_datetime} in ISO 8601 and {@code site,latitude,longitude}, empty where they are not known; and
     * {@code channel}.
     */
    CSV("csv") {
        @Override
        String header(boolean combined, boolean channels, boolean verdicts) {
            return "file,start,end,label,score,low,high,begin_datetime,end_datetime,site,latitude,longitude"
                    + (channels ? ",channel" : "") + (verdicts ? ",verdict" : "") + "\n";
        }

        @Override
        String row(Row r) {
            Annotation a = r.event;
            List<Object> cells = new ArrayList<>(List.of(
                    PlainText.of(a.file()),
                    seconds(a.onset()),
                    seconds(a.offset()),
                    PlainText.of(a.label()),
                    optional(a.score(), "%.4f"),
                    optional(a.low(), "%.1f"),
                    optional(a.high(), "%.1f"),
                    r.begin(),
                    r.end(),
                    PlainText.of(r.where.site()),
                    degrees(r.where.latitude()),
                    degrees(r.where.longitude())));
            if (r.channels) {
                cells.add(a.channel());
            }
            if (r.verdict != null) {
                cells.add(r.verdict);
            }
            return CsvLine.of(cells.toArray());
        }
    },
    /** One JSON object per line, with the keys of {@link #CSV}; what is not known is omitted. */
    JSON_LINES("jsonl") {
        @Override
        String header(boolean combined, boolean channels, boolean verdicts) {
            return "";
        }

        @Override
        String row(Row r) {
            Annotation a = r.event;
            StringBuilder line = new StringBuilder("{\"file\":").append(json(a.file()));
            line.append(",\"start\":").append(seconds(a.onset()));
            line.append(",\"end\":").append(seconds(a.offset()));
            line.append(",\"label\":").append(json(a.label()));
            append(line, "score", a.score(), "%.4f");
            append(line, "low", a.low(), "%.1f");
            append(line, "high", a.high(), "%.1f");
            append(line, "begin_datetime", r.begin());
            append(line, "end_datetime", r.end());
            append(line, "site", r.where.site());
            append(line, "latitude", r.where.latitude(), DEGREES);
            append(line, "longitude", r.where.longitude(), DEGREES);
            if (r.channels) {
                line.append(",\"channel\":").append(a.channel());
            }
            append(line, "verdict", r.verdict == null ? "" : r.verdict);
            return line.append("}\n").toString();
        }

        private static void append(StringBuilder line, String key, String text) {
            if (!text.isEmpty()) {
                line.append(",\"").append(key).append("\":").append(json(text));
            }
        }

        private static void append(StringBuilder line, String key, double value, String format) {
            if (!Double.isNaN(value)) {
                line.append(",\"").append(key).append("\":").append(optional(value, format));
            }
        }
    },
    /**
     * Raven selection table. In a combined table, begin and end times are cumulative over the recordings, and
     * {@code Begin Path} and {@code File Offset (s)} give the file and the position in it.
     */
    RAVEN("txt") {
        @Override
        String header(boolean combined, boolean channels, boolean verdicts) {
            return "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)"
                    + "\tAnnotation\tConfidence" + (combined ? "\tBegin Path\tFile Offset (s)" : "")
                    + "\tBegin Date Time\tEnd Date Time\tSite\tLatitude\tLongitude" + (verdicts ? "\tVerdict" : "")
                    + "\n";
        }

        @Override
        String row(Row r) {
            Annotation a = r.event;
            // Raven requires a band; an event without one covers all frequencies.
            double low = Double.isNaN(a.low()) ? 0 : a.low();
            double high = Double.isNaN(a.high()) ? r.nyquist : a.high();
            String line = String.join(
                    "\t",
                    Long.toString(r.number),
                    "Spectrogram 1",
                    Integer.toString(a.channel()),
                    seconds(r.begun + a.onset()),
                    seconds(r.begun + a.offset()),
                    optional(low, "%.3f"),
                    optional(high, "%.3f"),
                    cell(a.label()),
                    optional(a.score(), "%.4f"));
            String place = String.join(
                    "\t",
                    r.begin(),
                    r.end(),
                    cell(r.where.site()),
                    degrees(r.where.latitude()),
                    degrees(r.where.longitude()));
            return line + (r.combined ? "\t" + cell(a.file()) + "\t" + seconds(a.onset()) : "") + "\t" + place
                    + (r.verdict == null ? "" : "\t" + r.verdict) + "\n";
        }
    },
    /** Audacity label track; a line with the frequencies follows each label that has a band. */
    AUDACITY("txt") {
        @Override
        String header(boolean combined, boolean channels, boolean verdicts) {
            return "";
        }

        @Override
        String row(Row r) {
            Annotation a = r.event;
            String line = seconds(a.onset()) + "\t" + seconds(a.offset()) + "\t" + cell(a.label()) + "\n";
            return Double.isNaN(a.low()) && Double.isNaN(a.high())
                    ? line
                    : line + "\\\t" + frequency(a.low()) + "\t" + frequency(a.high()) + "\n";
        }

        private static String frequency(double hertz) {
            return String.format(Locale.ROOT, "%.6f", Double.isNaN(hertz) ? -1 : hertz);
        }
    },
    /** BirdNET-Analyzer's CSV. A label {@code Genus species_Common name} is split. */
    BIRDNET("csv") {
        @Override
        String header(boolean combined, boolean channels, boolean verdicts) {
            return "Start (s),End (s),Scientific name,Common name,Confidence,File,Begin Date Time,End Date Time,Site,"
                    + "Latitude,Longitude\n";
        }

        @Override
        String row(Row r) {
            Annotation a = r.event;
            // A scientific name has at least two words: "clock_tick" is not the name of a species.
            int split = a.label().indexOf('_');
            boolean species = split > 0
                    && a.label().lastIndexOf(' ', split) > 0
                    && split < a.label().length() - 1;
            String scientific = species ? a.label().substring(0, split) : a.label();
            String common = species ? a.label().substring(split + 1) : a.label();
            return CsvLine.of(
                    seconds(a.onset()),
                    seconds(a.offset()),
                    PlainText.of(scientific),
                    PlainText.of(common),
                    optional(a.score(), "%.4f"),
                    PlainText.of(a.file()),
                    r.begin(),
                    r.end(),
                    PlainText.of(r.where.site()),
                    degrees(r.where.latitude()),
                    degrees(r.where.longitude()));
        }
    };

    private static final String DEGREES = "%.6f";

    private final String extension;

    AnnotationFormat(String extension) {
        this.extension = extension;
    }

    /** The values of a row; {@code verdict} is null in a table without verdicts. */
    record Row(
            Annotation event,
            long number,
            double begun,
            double nyquist,
            boolean combined,
            boolean channels,
            TimeAndPlace where,
            String verdict) {
        /** Date and time of the event's beginning; empty if they are not known. */
        String begin() {
            return where.iso(event.onset());
        }

        String end() {
            return where.iso(event.offset());
        }
    }

    /** File extension of this format, without the dot. */
    public String extension() {
        return extension;
    }

    abstract String header(boolean combined, boolean channels, boolean verdicts);

    abstract String row(Row row);

    /** Text of a tab-separated cell. */
    private static String cell(String text) {
        return CsvLine.guarded(PlainText.of(text));
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }

    private static String optional(double value, String format) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }

    private static String degrees(double value) {
        return optional(value, DEGREES);
    }

    private static String json(String text) {
        try {
            return Json.MAPPER.writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("annotations: " + PlainText.quote(text) + " cannot be JSON", e);
        }
    }

    /** Writes the events of recordings one after the other. Not thread-safe. */
    public final class Writer {
        private final Appendable out;
        private final boolean combined;
        private final boolean channels;
        private final boolean verdicts;
        private long number;
        private double begun;

        private Writer(Appendable out, boolean combined, boolean channels, boolean verdicts) throws IOException {
            this.out = out;
            this.combined = combined;
            this.channels = channels;
            this.verdicts = verdicts;
            out.append(header(combined, channels, verdicts));
        }

        /**
         * Writes the events of a recording.
         *
         * @param duration of the recording in seconds; the next recording of a combined table starts there
         * @param sampleRate of the recording in Hz
         * @param events of the recording
         */
        public void recording(double duration, int sampleRate, List<Annotation> events) throws IOException {
            recording(duration, sampleRate, events, TimeAndPlace.UNKNOWN);
        }

        /**
         * Writes the events of a recording that was made somewhere at some time.
         *
         * @param where when and where its file begins
         */
        public void recording(double duration, int sampleRate, List<Annotation> events, TimeAndPlace where)
                throws IOException {
            for (Annotation event : events) {
                event(sampleRate, event, where, "");
            }
            begun += duration;
        }

        /**
         * Writes an event of the present recording.
         *
         * @param verdict what a listener says about it, such as {@code confirmed}, or nothing; only for tables with
         *     verdicts
         */
        public void event(int sampleRate, Annotation event, TimeAndPlace where, String verdict) throws IOException {
            double before = combined ? begun : 0;
            String last = verdicts ? verdict : null;
            out.append(row(new Row(event, ++number, before, sampleRate / 2.0, combined, channels, where, last)));
        }
    }

    /**
     * Begins a table and writes its header.
     *
     * @param combined whether it holds several recordings
     */
    public Writer writer(Appendable out, boolean combined) throws IOException {
        return writer(out, combined, false, false);
    }

    /**
     * Begins a table and writes its header.
     *
     * @param combined whether it holds several recordings
     * @param channels whether {@link #CSV} and {@link #JSON_LINES} name the channel of each event; {@link #RAVEN} does
     *     always
     * @param verdicts whether these three formats have a last column with what a listener says about an event
     */
    public Writer writer(Appendable out, boolean combined, boolean channels, boolean verdicts) throws IOException {
        return new Writer(out, combined, channels, verdicts);
    }
}
