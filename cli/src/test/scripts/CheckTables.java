import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks the tables of {@code unmute detect} against the definitions of their columns, without using any of its
 * classes: {@code java CheckTables.java EVENTS RECORDINGS}. Recordings are WAV files with a header of 44 bytes.
 */
public class CheckTables {
    static final List<String> RAVEN = List.of(
            "Selection",
            "View",
            "Channel",
            "Begin Time (s)",
            "End Time (s)",
            "Low Freq (Hz)",
            "High Freq (Hz)",
            "Annotation",
            "Confidence");
    /** Columns of time and place. */
    static final List<String> FIELD = List.of("Begin Date Time", "End Date Time", "Site", "Latitude", "Longitude");

    record Event(String file, double start, double end, String label, double score, double low, double high) {}

    public static void main(String[] args) throws IOException {
        Path events = Path.of(args[0]);
        Path recordings = Path.of(args[1]);
        List<Event> all = csv(events.resolve("events.csv"));
        Map<String, Double> lengths = new TreeMap<>();
        try (Stream<Path> files = Files.walk(recordings)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".wav")).toList()) {
                lengths.put(recordings.relativize(file).toString().replace('\\', '/'), seconds(file));
            }
        }
        jsonLines(events.resolve("events.jsonl"), all);
        combined(events.resolve("raven-combined.txt"), all, lengths, recordings);
        birdnet(events.resolve("BirdNET_CombinedTable.csv"), all, recordings);
        for (String file : lengths.keySet()) {
            String stem = file.substring(0, file.lastIndexOf('.'));
            List<Event> own = all.stream().filter(e -> e.file.equals(file)).toList();
            for (Event e : own) {
                require(e.start >= 0 && e.start < e.end && e.end <= lengths.get(file) + 1e-6, file + ": " + e);
                require(e.low >= 0 && e.low < e.high && e.score >= 0 && e.score <= 1, file + ": " + e);
            }
            raven(events.resolve("raven/" + stem + ".selections.txt"), own);
            audacity(events.resolve("audacity/" + stem + ".txt"), own);
            birdnet(events.resolve("birdnet/" + stem + ".BirdNET.results.csv"), own, recordings);
        }
        System.out.print(lengths.size() + " recordings, " + all.size() + " events agree\n");
    }

    /** Length of a WAV file in seconds: bytes of samples divided by bytes per second. */
    static double seconds(Path file) throws IOException {
        byte[] b = Files.readAllBytes(file);
        int perSecond = b[28] & 255 | (b[29] & 255) << 8 | (b[30] & 255) << 16 | (b[31] & 255) << 24;
        return (b.length - 44.0) / perSecond;
    }

    static List<Event> csv(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        require(
                lines.getFirst()
                        .equals(
                                "file,start,end,label,score,low,high,begin_datetime,end_datetime,site,latitude,longitude"),
                "events.csv: " + lines.getFirst());
        List<Event> all = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] c = line.split(",", -1);
            require(c.length == 12, line);
            all.add(new Event(c[0], d(c[1]), d(c[2]), c[3], d(c[4]), d(c[5]), d(c[6])));
        }
        return all;
    }

    static void jsonLines(Path file, List<Event> all) throws IOException {
        Pattern object = Pattern.compile("\\{\"file\":\"(.*)\",\"start\":(.*),\"end\":(.*),\"label\":\"(.*)\""
                + ",\"score\":(.*),\"low\":(.*),\"high\":([0-9.]*)(,\"site\":\"[^\"]*\")?\\}");
        List<String> lines = Files.readAllLines(file);
        require(lines.size() == all.size(), "events.jsonl: " + lines.size() + " lines");
        for (int i = 0; i < lines.size(); i++) {
            Matcher m = object.matcher(lines.get(i));
            require(m.matches(), lines.get(i));
            same(
                    new Event(
                            m.group(1),
                            d(m.group(2)),
                            d(m.group(3)),
                            m.group(4),
                            d(m.group(5)),
                            d(m.group(6)),
                            d(m.group(7))),
                    all.get(i));
        }
    }

    static List<String[]> table(Path file, List<String> header) throws IOException {
        List<String> lines = Files.readAllLines(file);
        require(lines.getFirst().equals(String.join("\t", header)), file + ": " + lines.getFirst());
        List<String[]> rows = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            String[] c = lines.get(i).split("\t", -1);
            require(c.length == header.size(), file + ": " + lines.get(i));
            require(c[0].equals(String.valueOf(i)), file + ": selections count from 1: " + c[0]);
            require(c[1].equals("Spectrogram 1") && c[2].equals("1"), file + ": " + lines.get(i));
            rows.add(c);
        }
        return rows;
    }

    static void raven(Path file, List<Event> own) throws IOException {
        List<String> header = new ArrayList<>(RAVEN);
        header.addAll(FIELD);
        List<String[]> rows = table(file, header);
        require(rows.size() == own.size(), file + ": " + rows.size() + " rows");
        for (int i = 0; i < rows.size(); i++) {
            String[] c = rows.get(i);
            same(new Event(own.get(i).file, d(c[3]), d(c[4]), c[7], d(c[8]), d(c[5]), d(c[6])), own.get(i));
        }
    }

    /** Checks a combined table, whose times run on across recordings in the order of their names. */
    static void combined(Path file, List<Event> all, Map<String, Double> lengths, Path recordings) throws IOException {
        List<String> header = new ArrayList<>(RAVEN);
        header.addAll(List.of("Begin Path", "File Offset (s)"));
        header.addAll(FIELD);
        List<String[]> rows = table(file, header);
        require(rows.size() == all.size(), file + ": " + rows.size() + " rows");
        for (int i = 0; i < rows.size(); i++) {
            String[] c = rows.get(i);
            Event e = all.get(i);
            double before = 0;
            for (Map.Entry<String, Double> recording : lengths.entrySet()) {
                if (recording.getKey().equals(e.file)) {
                    break;
                }
                before += recording.getValue();
            }
            require(Path.of(c[9]).equals(recordings.resolve(e.file).toAbsolutePath()), file + ": " + c[9]);
            require(Files.isRegularFile(Path.of(c[9])), c[9]);
            require(Math.abs(d(c[10]) - e.start) < 2e-6, file + ": offset " + c[10] + " of " + e);
            same(new Event(e.file, d(c[3]) - before, d(c[4]) - before, c[7], d(c[8]), d(c[5]), d(c[6])), e);
        }
    }

    static void audacity(Path file, List<Event> own) throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        require(lines.size() == 2 * own.size(), file + ": " + lines.size() + " lines");
        for (int i = 0; i < own.size(); i++) {
            String[] label = lines.get(2 * i).split("\t", -1);
            String[] band = lines.get(2 * i + 1).split("\t", -1);
            require(label.length == 3 && band.length == 3 && band[0].equals("\\"), file + ": label " + i);
            Event e = own.get(i);
            same(new Event(e.file, d(label[0]), d(label[1]), label[2], e.score, d(band[1]), d(band[2])), e);
        }
    }

    static void birdnet(Path file, List<Event> own, Path recordings) throws IOException {
        List<String> lines = Files.readAllLines(file);
        require(
                lines.getFirst()
                        .equals(
                                "Start (s),End (s),Scientific name,Common name,Confidence,File,Begin Date Time,End Date Time,Site,"
                                        + "Latitude,Longitude"),
                file + ": " + lines.getFirst());
        require(lines.size() == own.size() + 1, file + ": " + lines.size() + " lines");
        for (int i = 0; i < own.size(); i++) {
            String[] c = lines.get(i + 1).split(",", -1);
            Event e = own.get(i);
            require(c.length == 11 && c[2].equals(c[3]), lines.get(i + 1));
            require(Path.of(c[5]).equals(recordings.resolve(e.file).toAbsolutePath()), file + ": " + c[5]);
            same(new Event(e.file, d(c[0]), d(c[1]), c[3], d(c[4]), e.low, e.high), e);
        }
    }

    static void same(Event actual, Event expected) {
        boolean same = actual.file.equals(expected.file)
                && actual.label.equals(expected.label)
                && Math.abs(actual.start - expected.start) < 2e-6
                && Math.abs(actual.end - expected.end) < 2e-6
                && Math.abs(actual.score - expected.score) < 1e-9
                && Math.abs(actual.low - expected.low) < 0.06
                && Math.abs(actual.high - expected.high) < 0.06;
        require(same, String.format(Locale.ROOT, "%s is not %s", actual, expected));
    }

    static double d(String number) {
        return Double.parseDouble(number);
    }

    static void require(boolean condition, String what) {
        if (!condition) {
            System.err.println("does not agree: " + what);
            System.exit(1);
        }
    }
}
