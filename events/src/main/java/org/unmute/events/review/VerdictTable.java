package org.unmute.events.review;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.data.CsvLine;
import org.unmute.data.MalformedTableException;
import org.unmute.data.TextTable;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.EarlierVerdicts;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.files.AtomicFile;
import org.unmute.files.PlainText;

/**
 * Events with verdicts as a table, for those who listen in a spreadsheet or in Raven: the listener fills in the column
 * {@value #VERDICT}, and the table is read back.
 */
public final class VerdictTable {
    /** Name of the column with the answer: yes, no, unsure, other, or nothing. */
    public static final String VERDICT = "Verdict";

    private static final String OTHER = "Other class";
    private static final String DRAW = "Draw";
    private static final String LIST = "List";
    private static final String BEGIN = "Begin Time (s)";
    private static final String END = "End Time (s)";
    private static final String LOW = "Low Freq (Hz)";
    private static final String HIGH = "High Freq (Hz)";
    private static final String PATH = "Begin Path";
    private static final String OFFSET = "File Offset (s)";
    private static final String ANNOTATION = "Annotation";
    private static final String EVENT_END = "Event End (s)";
    private static final String BASE = "Recording Begins (s)";
    /** Raven writes times to the microsecond or coarser, and frequencies to the millihertz. */
    private static final double ROUNDING = 2e-3;

    /** The columns of Raven's selection tables, which a CSV has, too. */
    private static final List<String> COLUMNS = List.of(
            "Selection",
            "View",
            "Channel",
            BEGIN,
            END,
            LOW,
            HIGH,
            PATH,
            OFFSET,
            ANNOTATION,
            "Confidence",
            VERDICT,
            OTHER,
            DRAW,
            LIST,
            EVENT_END,
            BASE);

    private VerdictTable() {}

    /**
     * What was read.
     *
     * @param verdicts rows with an answer, drawn as the table says if it is of the same list, else chosen
     * @param open     number of rows without an answer
     * @param unlisted rows with an answer whose events are not listed: they are among the verdicts, as chosen ones
     */
    public record Read(List<Verdict> verdicts, int open, int unlisted) {
        public Read {
            verdicts = List.copyOf(verdicts);
        }

        /**
         * Adds to a journal each verdict that differs from the last one on its event.
         *
         * @return the number of verdicts that were added
         * @throws IOException if one cannot be written
         */
        public int addTo(VerdictJournal journal) throws IOException {
            Map<ReviewedEvent.Key, Verdict> known = journal.log().byEvent();
            int added = 0;
            for (Verdict verdict : verdicts) {
                Verdict before = known.get(verdict.event().key());
                if (before == null || !saysTheSame(before, verdict)) {
                    journal.add(verdict);
                    added++;
                }
            }
            return added;
        }

        private static boolean saysTheSame(Verdict a, Verdict b) {
            return a.answer() == b.answer()
                    && a.other().equals(b.other())
                    && a.edges().equals(b.edges())
                    && (a.draw().kind() == b.draw().kind() || b.draw().list().isEmpty());
        }
    }

    /**
     * Writes questions with the existing verdicts: tab-separated for Raven if the name ends in {@code .txt} or
     * {@code .tsv}, else CSV. In Raven's table times run on over the recordings.
     *
     * @param verdicts by event
     */
    public static void write(
            Path file,
            ListedEvents list,
            List<ReviewQueue.Question> questions,
            Map<ReviewedEvent.Key, Verdict> verdicts)
            throws IOException {
        boolean raven = isRaven(file);
        Map<String, Double> begins = raven ? begins(list) : Map.of();
        StringBuilder text = new StringBuilder();
        row(text, raven, COLUMNS);
        int number = 0;
        for (ReviewQueue.Question question : questions) {
            ReviewedEvent event = question.event();
            Verdict verdict = verdicts.get(event.key());
            Verdict.Box box = verdict == null
                    ? new Verdict.Box(event.start(), event.end(), event.low(), event.high())
                    : verdict.edges();
            double begin = begins.getOrDefault(event.recording(), 0.0);
            number++;
            row(
                    text,
                    raven,
                    List.of(
                            Integer.toString(number),
                            "Spectrogram 1",
                            "1",
                            number(begin + box.start()),
                            number(begin + box.end()),
                            number(raven && Double.isNaN(box.low()) ? 0 : box.low()),
                            number(box.high()),
                            event.recording(),
                            number(event.start()),
                            event.label(),
                            number(event.score()),
                            verdict == null ? "" : verdict.answer().word(),
                            verdict == null ? "" : verdict.other(),
                            question.draw().kind().word() + (question.draw().isUnlisted() ? " unlisted" : ""),
                            question.draw().list(),
                            number(event.end()),
                            number(begin)));
        }
        AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Writes what listeners confirmed, as {@link #write} does, with the answer yes. */
    public static void writeConfirmed(Path file, ListedEvents list, List<EarlierVerdicts.Decision> confirmed)
            throws IOException {
        Map<ReviewedEvent.Key, ReviewedEvent> listed = new HashMap<>();
        list.events().forEach(e -> listed.put(e.key(), e));
        Map<String, String> names = new HashMap<>();
        list.recordings().values().forEach(r -> names.put(r.sha256(), r.name()));
        List<ReviewQueue.Question> questions = new ArrayList<>();
        Map<ReviewedEvent.Key, Verdict> verdicts = new HashMap<>();
        Draw draw = Draw.notRandom(Draw.Kind.CHOSEN, list.floor(), "");
        for (EarlierVerdicts.Decision d : confirmed) {
            ReviewedEvent own = new ReviewedEvent(
                    d.sha256().isEmpty() ? d.recording() : names.getOrDefault(d.sha256(), d.recording()),
                    d.start(),
                    d.end(),
                    d.label(),
                    d.low(),
                    d.high(),
                    Double.NaN,
                    Double.NaN);
            ReviewedEvent event = listed.getOrDefault(own.key(), own);
            questions.add(new ReviewQueue.Question(event, draw));
            verdicts.put(event.key(), new Verdict(event, Answer.YES, "", null, draw, Double.NaN, d.time()));
        }
        write(file, list, questions, verdicts);
    }

    /**
     * Reads a table that {@link #write} wrote and a listener filled in. Rows may be in any order, and may be missing.
     *
     * @param queue the queue of the list whose events the table names
     * @param time  time stamp of the verdicts
     * @throws MalformedTableException if an answer is unknown or a row is wrong; names the line
     * @throws IOException if it cannot be read
     */
    public static Read read(Path file, ReviewQueue queue, Instant time) throws IOException {
        List<Verdict> verdicts = new ArrayList<>();
        int[] counts = new int[2];
        Map<String, Map<ReviewedEvent.Key, ReviewQueue.Question>> known = new HashMap<>();
        TextTable.forEach(file, row -> {
            String answer = row.text(VERDICT).strip();
            if (answer.isEmpty()) {
                counts[0]++;
                return;
            }
            Verdict verdict;
            try {
                verdict = verdict(row, answer, queue, known, time);
            } catch (IllegalArgumentException e) {
                throw row.wrong(e.getMessage());
            }
            counts[1] +=
                    queue.list().has(verdict.event().key()) || verdict.draw().isUnlisted() ? 0 : 1;
            verdicts.add(verdict);
        });
        return new Read(verdicts, counts[0], counts[1]);
    }

    private static Verdict verdict(
            TextTable.Row row,
            String answer,
            ReviewQueue queue,
            Map<String, Map<ReviewedEvent.Key, ReviewQueue.Question>> known,
            Instant time)
            throws MalformedTableException {
        Answer given = Answer.of(answer);
        String label = CsvLine.text(row.text(ANNOTATION));
        ReviewedEvent.Key key =
                new ReviewedEvent.Key(CsvLine.text(row.text(PATH)), value(row, OFFSET), value(row, EVENT_END), label);
        String[] draw = row.text(DRAW, "").strip().split(" ");
        ReviewQueue.Choice choice = draw.length > 1
                ? ReviewQueue.Choice.UNLISTED
                : draw[0].equals(Draw.Kind.SAMPLE.word()) ? ReviewQueue.Choice.SAMPLE : ReviewQueue.Choice.LISTED;
        ReviewQueue.Question question = known.computeIfAbsent(choice + " " + label, k -> {
                    Map<ReviewedEvent.Key, ReviewQueue.Question> all = new HashMap<>();
                    queue.questions(choice, label, VerdictLog.empty())
                            .forEach(q -> all.put(q.event().key(), q));
                    return all;
                })
                .get(key);
        boolean drawn = choice != ReviewQueue.Choice.LISTED
                && question != null
                && row.text(LIST, "").equals(queue.list().digest());
        double base = value(row, BASE);
        Verdict.Box box = new Verdict.Box(
                Math.max(0, value(row, BEGIN) - base), value(row, END) - base, value(row, LOW), value(row, HIGH));
        ReviewedEvent event = question != null
                ? question.event()
                : new ReviewedEvent(
                        key.recording(), key.start(), key.end(), label, box.low(), box.high(), Double.NaN, Double.NaN);
        return new Verdict(
                event,
                given,
                given == Answer.OTHER ? CsvLine.text(row.text(OTHER, "")).strip() : "",
                isSame(box, event) ? null : box,
                drawn
                        ? question.draw()
                        : Draw.notRandom(Draw.Kind.CHOSEN, queue.list().floor(), ""),
                Double.NaN,
                time);
    }

    /** A number; NaN for an empty cell. */
    private static double value(TextTable.Row row, String column) throws MalformedTableException {
        String text = row.number(row.table().required(column)).strip();
        try {
            return text.isEmpty() ? Double.NaN : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw row.wrong(column + " is not a number: " + MalformedTableException.quote(text));
        }
    }

    private static boolean isSame(Verdict.Box box, ReviewedEvent event) {
        return isSame(box.start(), event.start())
                && isSame(box.end(), event.end())
                && (Double.isNaN(event.low()) || isSame(box.low(), event.low()))
                && (Double.isNaN(event.high()) || isSame(box.high(), event.high()));
    }

    private static boolean isSame(double a, double b) {
        return Double.isNaN(a) || Math.abs(a - b) <= ROUNDING;
    }

    private static boolean isRaven(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".txt") || name.endsWith(".tsv");
    }

    private static void row(StringBuilder text, boolean raven, List<String> cells) {
        List<Object> plain = new ArrayList<>();
        cells.forEach(cell -> plain.add(raven ? CsvLine.guarded(PlainText.of(cell)) : PlainText.of(cell)));
        if (raven) {
            text.append(String.join("\t", plain.stream().map(Object::toString).toList()))
                    .append('\n');
        } else {
            text.append(CsvLine.of(plain.toArray()));
        }
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : Double.toString(value);
    }

    /** Where each recording begins if one is opened after the other. */
    private static Map<String, Double> begins(ListedEvents list) {
        Map<String, Double> begins = new LinkedHashMap<>();
        double at = 0;
        for (String name : list.recordings().keySet().stream().sorted().toList()) {
            begins.put(name, at);
            double end = list.recordings().get(name).end();
            at += Double.isNaN(end) ? 0 : end;
        }
        return begins;
    }
}
