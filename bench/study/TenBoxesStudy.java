import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.cli.Main;
import org.unmute.cli.search.FindFolder;
import org.unmute.data.TextTable;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.models.frontend.Fft;
import org.unmute.probes.cache.AudioClip;

/**
 * Ways from a few boxes of one class to events: {@code java -cp 'jars/*' TenBoxesStudy.java DATA OUT DRAWS SIZES
 * CLASS...}. OUT has hours (of soundscape), cache (of hours/test) and boxes (the recordings of hours/train). A cell that
 * has its file in OUT/cells is not repeated. An event is right if it shares a tenth with one of the
 * class; recall at 50 is the share of the events of the class to which the first 50 are right.
 */
final class TenBoxesStudy {
    private static final int VERDICTS = 40;
    private static final int SIZE = 1024;
    /** What a right event has in common with one of the class, at least: long runs of events are of no use. */
    private static final double SHARED = 0.1;
    /** Energy of a sound below and above its box. */
    private static final double OUTSIDE = 0.05;

    private static final List<String> WAYS =
            List.of("`search`", "`find`, 40 verdicts", "`probe`", "`probe --boxes`", "`probe --frames`");

    private final Path data;
    private final Path out;
    private final PrintWriter log = new PrintWriter(System.err, true);

    private TenBoxesStudy(Path data, Path out) {
        this.data = data;
        this.out = out;
    }

    /** An event of the hours with its box. */
    private record Box(String recording, double start, double end, double low, double high) {}

    public static void main(String[] args) throws IOException {
        Locale.setDefault(Locale.ROOT);
        TenBoxesStudy study = new TenBoxesStudy(Path.of(args[0]), Path.of(args[1]));
        List<String> classes = List.of(args).subList(4, args.length);
        int draws = Integer.parseInt(args[2]);
        List<Integer> sizes =
                Arrays.stream(args[3].split(" ")).map(Integer::valueOf).toList();
        // By size and way, for each draw the means over classes of right and recall.
        double[][][][] means = new double[sizes.size()][WAYS.size()][2][draws];
        for (int draw = 0; draw < draws; draw++) {
            for (int size = 0; size < sizes.size(); size++) {
                for (String label : classes) {
                    List<String> cell = study.cell(label, sizes.get(size), draw);
                    for (int way = 0; way < WAYS.size(); way++) {
                        String[] values = cell.get(way).split(",");
                        for (int column = 0; column < 2; column++) {
                            means[size][way][column][draw] += Double.parseDouble(values[column]) / classes.size();
                        }
                    }
                }
            }
        }
        System.out.println("| boxes | " + String.join(" | ", WAYS) + " |\n|--:" + "|--:".repeat(WAYS.size()) + "|");
        for (int size = 0; size < sizes.size(); size++) {
            StringBuilder row = new StringBuilder("| " + sizes.get(size));
            for (double[][] way : means[size]) {
                row.append(" | ").append(interval(way[0])).append(", ").append(interval(way[1]));
            }
            System.out.println(row + " |");
        }
    }

    /** The mean and its standard error over draws. */
    private static String interval(double[] draws) {
        double mean = Arrays.stream(draws).average().orElseThrow();
        double squares = Arrays.stream(draws).map(d -> (d - mean) * (d - mean)).sum();
        return draws.length < 2
                ? String.format("%.2f", mean)
                : String.format("%.2f ± %.2f", mean, Math.sqrt(squares / (draws.length - 1) / draws.length));
    }

    /** A line for each way: share of the first ten that is right, recall at 50. */
    private List<String> cell(String label, int size, int draw) throws IOException {
        Path file = Files.createDirectories(out.resolve("cells")).resolve(label + "-" + size + "-" + draw + ".csv");
        if (Files.exists(file)) {
            return Files.readAllLines(file);
        }
        Path table = table(label, size, draw);
        Path test = out.resolve("hours/test");
        FindFolder found = new FindFolder(out.resolve("work").resolve(file.getFileName()), test);
        Files.createDirectories(found.path());
        if (!Files.exists(found.cache())) {
            Files.createSymbolicLink(found.cache(), out.resolve("cache").toAbsolutePath());
        }
        run(FindFolder.words("find", table, "--audio", test, "--out", found.path(), "--no-review"));
        List<Annotation> truth = truth(label);
        List<String> lines = new ArrayList<>(List.of(score(found.events(), truth)));
        answer(found, truth);
        run(found.training());
        run(with(found.detection(), "--classes", label));
        lines.add(score(found.path().resolve("detected"), truth));
        int way = 0;
        for (List<Object> more :
                List.of(List.of(), List.<Object>of("--boxes", table), List.<Object>of("--frames", table))) {
            Path run = found.path().resolve("run-" + way);
            Path events = found.path().resolve("events-" + way++);
            List<String> probe = FindFolder.words(
                    "probe --probe protobin --cache", found.clips(), "--labels", found.table(), "--out", run);
            run(with(probe, more.toArray()));
            run(FindFolder.words(
                    "detect --probe",
                    run,
                    "--audio",
                    test,
                    "--cache",
                    found.cache(),
                    "--classes",
                    label,
                    "--out",
                    events));
            lines.add(score(events, truth));
        }
        Files.write(file, lines);
        return lines;
    }

    private static List<String> with(List<String> line, Object... more) {
        List<String> all = new ArrayList<>(line);
        for (Object word : more) {
            all.add(word.toString());
        }
        return all;
    }

    private void run(List<String> line) {
        int status = Main.run(
                new PrintWriter(PrintWriter.nullWriter()), log, with(line, "-q").toArray(String[]::new));
        if (status != 0) {
            throw new IllegalStateException(status + " of " + String.join(" ", line));
        }
    }

    /** Raven's table of some events of the hours of training. */
    private Path table(String label, int size, int draw) throws IOException {
        List<String[]> all = new ArrayList<>();
        TextTable.forEach(out.resolve("hours/sources.csv"), row -> {
            if (row.text("file").startsWith("train/") && row.text("label").equals(label)) {
                all.add(new String[] {row.text("file"), row.text("start"), row.text("end"), row.text("source")});
            }
        });
        Collections.shuffle(all, new Random(draw));
        StringBuilder text = new StringBuilder("Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t"
                + "High Freq (Hz)\tBegin File\tFile Offset (s)\tSpecies\n");
        for (int i = 0; i < size; i++) {
            String[] event = all.get(i);
            double[] band = band(event[3]);
            text.append(String.format(
                    "%d\tS\t1\t%s\t%s\t%.0f\t%.0f\ttrain-%s\t%s\t%s%n",
                    i + 1,
                    event[1],
                    event[2],
                    band[0],
                    band[1],
                    Path.of(event[0]).getFileName(),
                    event[1],
                    label));
        }
        return Files.writeString(out.resolve("boxes/" + label + "-" + size + "-" + draw + ".selections.txt"), text);
    }

    /** The frequencies between which the middle 90 % of the energy of a sound lies. */
    private double[] band(String source) throws IOException {
        Path file = data.resolve(source);
        try (AudioStream stream = AudioFiles.open(file)) {
            AudioClip clip = new AudioClip(source, file);
            float[] x =
                    clip.read(stream).resampled(16_000, Resampler.Kernel.HANN).samples();
            Fft fft = new Fft(SIZE);
            double[] energy = new double[SIZE / 2 + 1];
            double[] frame = new double[SIZE];
            double[] re = new double[energy.length];
            double[] im = new double[energy.length];
            for (int start = 0; start + SIZE <= x.length; start += SIZE / 2) {
                for (int i = 0; i < SIZE; i++) {
                    frame[i] = x[start + i] * (0.5 - 0.5 * Math.cos(2 * Math.PI * i / SIZE));
                }
                fft.transform(frame, re, im);
                for (int k = 0; k < energy.length; k++) {
                    energy[k] += re[k] * re[k] + im[k] * im[k];
                }
            }
            double total = 0;
            for (double e : energy) {
                total += e;
            }
            int low = 0;
            int high = energy.length - 1;
            for (double below = energy[0]; below < OUTSIDE * total; below += energy[++low]) {}
            for (double above = energy[high]; above < OUTSIDE * total; above += energy[--high]) {}
            double bin = 16_000.0 / SIZE;
            return new double[] {Math.max(50, (low - 0.5) * bin), Math.max((low - 0.5) * bin + 500, (high + 0.5) * bin)
            };
        }
    }

    private List<Annotation> truth(String label) throws IOException {
        return AnnotationTable.read(out.resolve("hours/test-events.tsv")).annotations().stream()
                .filter(event -> event.label().equals(label))
                .toList();
    }

    private static boolean overlap(Annotation a, Annotation b) {
        return Path.of(a.file()).getFileName().equals(Path.of(b.file()).getFileName())
                && a.onset() < b.offset()
                && b.onset() < a.offset();
    }

    /** What two stretches have in common, as a share of both. */
    private static double shared(Annotation a, Annotation b) {
        return (Math.min(a.offset(), b.offset()) - Math.max(a.onset(), b.onset()))
                / (Math.max(a.offset(), b.offset()) - Math.min(a.onset(), b.onset()));
    }

    private static String score(Path events, List<Annotation> truth) throws IOException {
        List<Annotation> found = new ArrayList<>(
                AnnotationTable.read(events.resolve("events.csv")).annotations());
        found.sort(Comparator.comparingDouble(Annotation::score).reversed());
        int right = 0;
        Set<Annotation> hit = new HashSet<>();
        for (int i = 0; i < Math.min(50, found.size()); i++) {
            Annotation event = found.get(i);
            List<Annotation> own = truth.stream()
                    .filter(t -> overlap(t, event) && shared(t, event) >= SHARED)
                    .toList();
            right += i < 10 && !own.isEmpty() ? 1 : 0;
            hit.addAll(own);
        }
        return right / 10.0 + "," + (double) hit.size() / truth.size() + "," + found.size();
    }

    /** Verdicts on the best moments, by the truth. */
    private void answer(FindFolder found, List<Annotation> truth) throws IOException {
        Path sample = found.path().resolve("sample.csv");
        run(FindFolder.words("review", found.events(), "--export", sample, "--sample", 1000, "--force"));
        List<Annotation> events =
                AnnotationTable.read(found.events().resolve("events.csv")).annotations();
        double least = events.stream()
                .map(Annotation::score)
                .sorted(Comparator.reverseOrder())
                .skip(Math.min(VERDICTS, events.size()) - 1L)
                .findFirst()
                .orElseThrow();
        List<String> lines = Files.readAllLines(sample);
        List<String> header = List.of(lines.getFirst().split(","));
        for (int i = 1; i < lines.size(); i++) {
            String[] cells = lines.get(i).split(",", -1);
            double start = Double.parseDouble(cells[header.indexOf("Begin Time (s)")]);
            double end = Double.parseDouble(cells[header.indexOf("End Time (s)")]);
            Annotation event = new Annotation(cells[header.indexOf("Begin Path")], start, end, "");
            if (Double.parseDouble(cells[header.indexOf("Confidence")]) >= least - 1e-4) {
                cells[header.indexOf("Verdict")] = truth.stream().anyMatch(t -> overlap(t, event)) ? "yes" : "no";
            }
            lines.set(i, String.join(",", cells));
        }
        Files.write(sample, lines);
        run(FindFolder.words("review", found.events(), "--import", sample));
    }
}
