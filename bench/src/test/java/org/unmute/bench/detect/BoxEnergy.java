package org.unmute.bench.detect;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.audio.Recording;
import org.unmute.audio.Wav;

/**
 * Compares the boxes of {@code unmute detect} with the unmixed events of {@code unmute soundscape --stems}, for {@code
 * bench/detect-study}. A detection counts if at least half of it lies in an event of its class. Recall is the share of
 * the stem's energy, from start to end of the detection, that lies in the box. Precision is the share of the stem in
 * the energy of the box: the stem relative to the stem plus the rest of the scene.
 */
public final class BoxEnergy {
    private static final double HALF = 0.5;
    private static final double ALL = 1e9;

    private BoxEnergy() {}

    /** A detection or an event of the scene. */
    private record Event(String file, double start, double end, String label, double score, double low, double high) {}

    /** Sums over detections. */
    private static final class Mean {
        private double precision;
        private double recall;
        private int count;

        void add(double ownPrecision, double ownRecall) {
            precision += ownPrecision;
            recall += ownRecall;
            count++;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.3f | %.3f", precision / count, recall / count);
        }
    }

    /**
     * {@code boxes EVENTS.csv SCENES STEMS SPLIT} prints a row of a Markdown table: detections that count, how many of
     * them are narrower than the frequency range of the encoder, then precision and recall of the boxes, of bands of
     * the same width at all positions, and of the full band. {@code band WAV EVENTS.csv CLASS} prints the band with 90
     * % of the energy and the box, for the highest-scoring event of the class.
     */
    public static void main(String[] args) throws IOException {
        if (args.length == 5 && args[0].equals("boxes")) {
            boxes(System.out, Path.of(args[1]), Path.of(args[2]), Path.of(args[3]), args[4]);
        } else if (args.length == 4 && args[0].equals("band")) {
            band(System.out, Path.of(args[1]), Path.of(args[2]), args[3]);
        } else {
            System.err.println(
                    "usage: BoxEnergy boxes EVENTS.csv SCENES STEMS SPLIT | BoxEnergy band WAV EVENTS.csv CLASS");
            System.exit(2);
        }
    }

    private static List<Event> events(Path csv) throws IOException {
        List<Event> all = new ArrayList<>();
        for (String line : rows(csv)) {
            String[] c = line.split(",", -1);
            if (c.length < 7 || line.contains("\"")) {
                throw new IOException(csv + ": not a plain row of file,start,end,label,score,low,high: " + line);
            }
            all.add(new Event(
                    c[0],
                    Double.parseDouble(c[1]),
                    Double.parseDouble(c[2]),
                    c[3],
                    Double.parseDouble(c[4]),
                    c[5].isEmpty() ? 0 : Double.parseDouble(c[5]),
                    c[6].isEmpty() ? ALL : Double.parseDouble(c[6])));
        }
        return all;
    }

    /** The lines of a table below its header. */
    private static List<String> rows(Path table) throws IOException {
        return Files.readAllLines(table).stream().skip(1).toList();
    }

    /** The events of each scene in the order of its stems. */
    private static Map<String, List<Event>> reference(Path tsv) throws IOException {
        Map<String, List<Event>> all = new TreeMap<>();
        for (String line : rows(tsv)) {
            String[] c = line.split("\t");
            String name = c[0].substring(c[0].lastIndexOf('/') + 1);
            all.computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(new Event(name, Double.parseDouble(c[1]), Double.parseDouble(c[2]), c[3], 1, 0, ALL));
        }
        return all;
    }

    private static void boxes(PrintStream out, Path csv, Path scenes, Path stems, String split) throws IOException {
        List<Event> found = events(csv);
        Map<String, List<Event>> reference = reference(scenes.resolve(split + "-events.tsv"));
        List<Double> lows =
                List.copyOf(new TreeSet<>(found.stream().map(Event::low).toList()));
        List<Double> highs =
                List.copyOf(new TreeSet<>(found.stream().map(Event::high).toList()));
        Mean box = new Mean();
        Mean shifted = new Mean();
        Mean full = new Mean();
        int narrow = 0;
        for (Event d : found) {
            String name = d.file().substring(d.file().lastIndexOf('/') + 1);
            List<Event> inScene = reference.getOrDefault(name, List.of());
            int at = match(d, inScene);
            if (at < 0) {
                continue;
            }
            Recording scene = Wav.read(scenes.resolve(split).resolve(name));
            Path file = stems.resolve(split).resolve(name.replace(".wav", ".stem" + at + ".wav"));
            float[] own = Wav.read(file).samples();
            float[] others = scene.samples().clone();
            for (int i = 0; i < others.length; i++) {
                others[i] -= own[i];
            }
            Spectrum stem = new Spectrum(own, scene.sampleRate());
            Spectrum rest = new Spectrum(others, scene.sampleRate());
            add(box, stem, rest, d, d.low(), d.high());
            add(full, stem, rest, d, lows.getFirst(), highs.getLast());
            int first = lows.indexOf(d.low());
            int last = highs.indexOf(d.high());
            narrow += d.low() > lows.getFirst() || d.high() < highs.getLast() ? 1 : 0;
            // Columns overlap, so there are as many lower as upper edges.
            int columns = last - first;
            for (int c = 0; lows.size() == highs.size() && c + columns < lows.size(); c++) {
                add(shifted, stem, rest, d, lows.get(c), highs.get(c + columns));
            }
        }
        out.println(box.count + " | " + narrow + " | " + box + " | " + shifted + " | " + full);
    }

    private static int match(Event d, List<Event> inScene) {
        for (int i = 0; i < inScene.size(); i++) {
            Event e = inScene.get(i);
            double shared = Math.min(d.end(), e.end()) - Math.max(d.start(), e.start());
            if (e.label().equals(d.label()) && shared >= HALF * (d.end() - d.start())) {
                return i;
            }
        }
        return -1;
    }

    private static void add(Mean mean, Spectrum stem, Spectrum rest, Event d, double low, double high) {
        double own = stem.energy(d.start(), d.end(), low, high);
        double other = rest.energy(d.start(), d.end(), low, high);
        double all = stem.energy(d.start(), d.end(), 0, ALL);
        if (all > 0 && own + other > 0) {
            mean.add(own / (own + other), own / all);
        }
    }

    private static void band(PrintStream out, Path wav, Path csv, String label) throws IOException {
        String name = wav.getFileName().toString();
        Event best = null;
        for (Event e : events(csv)) {
            if (e.file().equals(name) && e.label().equals(label) && (best == null || e.score() > best.score())) {
                best = e;
            }
        }
        if (best == null) {
            out.println(name + " | not found | " + label + " | – | – | –");
            return;
        }
        Recording recording = Wav.read(wav);
        Spectrum spectrum = new Spectrum(recording.samples(), recording.sampleRate());
        double[] band = spectrum.band(best.start(), best.end(), 0.9);
        double inside = spectrum.energy(best.start(), best.end(), best.low(), best.high())
                / spectrum.energy(best.start(), best.end(), 0, ALL);
        out.printf(
                Locale.ROOT,
                "%s | %.2f to %.2f s | %s | %.0f to %.0f | %.0f to %.0f | %.2f%n",
                name,
                best.start(),
                best.end(),
                label,
                band[0],
                band[1],
                best.low(),
                best.high(),
                inside);
    }
}
