package org.unmute.data.scene;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.audio.Wav;
import org.unmute.data.CsvWriter;

/**
 * Mixup variants of training clips, made before training by adding other clips (paper section 5: five variants per
 * clip, each mixed with probability 0.9). The operator is BirdSet's {@code MultilabelMix}: other clips, uniform in
 * number, are added one after another, each at an RMS level that lies a random signal-to-noise ratio below the mix so
 * far. The labels are the union. Variant {@code v} of clip {@code i} is a pure function of the clips, the options, the
 * seed, i and v.
 */
public final class Mixup {
    /** Name of the table in a folder of variants. */
    public static final String TABLE = "clips.csv";

    private static final double SILENT = 1e-5;

    /**
     * @param variants number of variants per clip, at least 1
     * @param probability probability that a variant is mixed, in [0, 1]; other variants are copies
     * @param minSnrDb minimum level of the mix so far relative to an added clip, in dB
     * @param maxSnrDb maximum of that level, in dB
     * @param maxAdded maximum number of added clips, at least 1
     */
    public record Options(int variants, double probability, double minSnrDb, double maxSnrDb, int maxAdded) {
        /** The paper's protocol: 5 variants, probability 0.9, 2 to 30 dB, up to 3 clips. */
        public static final Options PAPER = new Options(5, 0.9, 2, 30, 3);

        public Options {
            if (variants < 1
                    || maxAdded < 1
                    || !(probability >= 0 && probability <= 1)
                    || !(minSnrDb <= maxSnrDb)
                    || !(minSnrDb >= -60 && maxSnrDb <= 90)) {
                throw new IllegalArgumentException(
                        "mixup: variants and clips added must be 1 or more, the probability 0 to 1, -60 <= min <= max"
                                + " <= 90 dB: "
                                + variants + " variants, " + maxAdded + " added, probability " + probability + ", "
                                + minSnrDb + " to " + maxSnrDb + " dB");
            }
        }
    }

    /**
     * A clip from which variants are made.
     *
     * @param id unique
     * @param labels its classes
     * @param samples reads the clip
     */
    public record Clip(String id, List<String> labels, Samples samples) {
        public Clip {
            labels = List.copyOf(labels);
        }
    }

    /**
     * A variant of a clip.
     *
     * @param samples {@code [samples]}, as long as the original clip
     * @param labels the union of labels, the clip's own first
     * @param sources ids of the mixed clips, the clip itself first
     * @param snrDb level of the mix above each added clip, in dB; NaN if none was added
     */
    public record Variant(float[] samples, List<String> labels, List<String> sources, double snrDb) {}

    private final List<Clip> clips;
    private final Options options;
    private final long seed;

    /**
     * @param clips at least two if the probability is above 0; added clips are drawn from the whole list
     * @throws IllegalArgumentException if an id is repeated or a label contains the table's separator {@code ;}
     */
    public Mixup(List<Clip> clips, Options options, long seed) {
        this.clips = List.copyOf(clips);
        this.options = options;
        this.seed = seed;
        Set<String> ids = new TreeSet<>();
        for (Clip c : clips) {
            if (!ids.add(c.id())) {
                throw new IllegalArgumentException("mixup: the clip is there twice: " + c.id());
            }
            if (c.labels().stream().anyMatch(l -> l.contains(";"))) {
                throw new IllegalArgumentException(
                        "mixup: a label must not contain ';': " + c.labels() + " of " + c.id());
            }
        }
        if (options.probability() > 0 && clips.size() < 2) {
            throw new IllegalArgumentException("mixup: " + clips.size() + " clips: at least 2 are needed to mix");
        }
    }

    /**
     * Makes a variant. An added clip is repeated or cut to the length of the first. A silent clip does not change the
     * samples but adds its labels, as in BirdSet.
     *
     * @param index of the clip
     * @param variant from 0
     * @throws IOException if a clip cannot be read
     * @throws IllegalArgumentException if a clip has no samples or a non-finite one
     */
    public Variant variant(int index, int variant) throws IOException {
        Clip clip = clips.get(index);
        SceneRandom random = new SceneRandom(SceneRandom.mix(
                SceneRandom.mix(seed + 0x9E3779B97F4A7C15L) + (long) index * options.variants() + variant));
        double[] mix = doubles(clip);
        Set<String> labels = new LinkedHashSet<>(clip.labels());
        List<String> sources = new ArrayList<>(List.of(clip.id()));
        double snr = Double.NaN;
        if (random.chance(options.probability())) {
            snr = random.uniform(options.minSnrDb(), options.maxSnrDb());
            int added = random.between(1, options.maxAdded());
            for (int k = 0; k < added; k++) {
                // Any clip but the first, since adding a clip to itself would only change its level.
                int other = random.between(0, clips.size() - 2);
                Clip from = clips.get(other < index ? other : other + 1);
                add(mix, doubles(from), snr);
                labels.addAll(from.labels());
                sources.add(from.id());
            }
        }
        double peak = Dsp.peak(mix);
        float[] samples = new float[mix.length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (peak > 1 ? mix[i] / peak : mix[i]);
        }
        return new Variant(samples, List.copyOf(labels), sources, snr);
    }

    private static void add(double[] mix, double[] other, double snrDb) {
        double[] fitted = new double[mix.length];
        for (int i = 0; i < fitted.length; i++) {
            fitted[i] = other[i % other.length];
        }
        double rms = Dsp.rms(fitted);
        if (rms < SILENT) {
            return;
        }
        Dsp.addAt(mix, fitted, 0, Dsp.rms(mix) / Dsp.fromDb(snrDb) / rms);
    }

    private static double[] doubles(Clip clip) throws IOException {
        float[] x = clip.samples().read();
        if (x.length == 0) {
            throw new IllegalArgumentException("mixup: the clip has no samples: " + clip.id());
        }
        double[] all = new double[x.length];
        for (int i = 0; i < all.length; i++) {
            if (!Float.isFinite(x[i])) {
                throw new IllegalArgumentException("mixup: the clip has samples that are not finite: " + clip.id());
            }
            all[i] = x[i];
        }
        return all;
    }

    /**
     * Writes every clip and its variants as WAV (16 bit, mono): {@code train/000000-0.wav} is the first clip itself,
     * {@code train/000000-1.wav} its first variant. The table {@code clips.csv} has the columns {@code
     * path,labels,split,sources,snr_db}. It is written last, so a folder with a table is complete.
     *
     * @throws FileAlreadyExistsException if the folder already has a table
     * @throws IOException if a clip cannot be read, or the folder cannot be written
     */
    public void write(Path folder, int sampleRate) throws IOException {
        Path table = folder.resolve(TABLE);
        if (Files.exists(table)) {
            throw new FileAlreadyExistsException(table.toString());
        }
        Files.createDirectories(folder.resolve(Split.TRAIN.label()));
        CsvWriter rows = new CsvWriter("path", "labels", "split", "sources", "snr_db");
        for (int i = 0; i < clips.size(); i++) {
            Clip clip = clips.get(i);
            row(
                    rows,
                    folder,
                    i,
                    0,
                    new Variant(clip.samples().read(), clip.labels(), List.of(clip.id()), Double.NaN),
                    sampleRate);
            for (int v = 0; v < options.variants(); v++) {
                row(rows, folder, i, v + 1, variant(i, v), sampleRate);
            }
        }
        rows.write(table);
    }

    private static void row(CsvWriter rows, Path folder, int index, int number, Variant v, int sampleRate)
            throws IOException {
        String file = String.format(Locale.ROOT, "%s/%06d-%d.wav", Split.TRAIN.label(), index, number);
        Wav.write(folder.resolve(file), v.samples(), sampleRate);
        rows.row(
                file,
                String.join(";", v.labels()),
                Split.TRAIN.label(),
                String.join(";", v.sources()),
                Double.isNaN(v.snrDb()) ? "" : String.format(Locale.ROOT, "%.3f", v.snrDb()));
    }
}
