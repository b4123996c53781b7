package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.benchmark.grid.DatasetEntry;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.scene.Mixup;
import org.unmute.data.set.Datasets;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.AudioClip;

/**
 * The mixup variants of a benchmark's data set (paper, section 5). They are created once, from the training clips
 * alone, as files that every encoder embeds. Validation clips are neither mixed nor mixed in.
 */
final class MixupVariants {
    private static final ManifestFormat FORMAT = new ManifestFormat("path", "labels", "split", ";");
    /** Prefix of the variants' clip ids. */
    static final String PREFIX = "mixup/";

    private final SplitDataset dataset;
    private final DatasetEntry.MixedVariants mixed;
    private final Path runFolder;
    private final BenchmarkHost host;

    private MixupVariants(SplitDataset dataset, DatasetEntry.MixedVariants mixed, Path runFolder, BenchmarkHost host) {
        this.dataset = dataset;
        this.mixed = mixed;
        this.runFolder = runFolder;
        this.host = host;
    }

    /**
     * The data set with its variants, which are created below {@code folder} if missing; the data set itself if it has
     * no mixup.
     */
    static SplitDataset applied(SplitDataset dataset, Path folder, BenchmarkHost host) throws IOException {
        return dataset.entry().mixup().isEmpty()
                ? dataset
                : new MixupVariants(dataset, dataset.entry().mixup().get(), folder, host).apply();
    }

    private SplitDataset apply() throws IOException {
        if (dataset.folds().size() > 1) {
            throw new InputException("data set " + dataset.entry().name()
                    + ": mixup variants of several folds are not made: state " + "one fold, or mixup = false");
        }
        List<LabelledClip> train = dataset.folds().getFirst().train();
        Map<String, AudioClip> audio = new HashMap<>();
        dataset.audio().forEach(a -> audio.put(a.id(), a));
        int rate = rate(audio.get(train.getFirst().file()));
        String id = Sha256.of(mixed + " " + rate + " " + train).substring(0, 12);
        Path folder = runFolder.resolve(dataset.entry().name() + "-" + id);
        if (!RegularFile.exists(folder.resolve(Mixup.TABLE))) {
            List<Mixup.Clip> clips = train.stream()
                    .map(c -> new Mixup.Clip(c.file(), c.labels(), () -> samples(audio.get(c.file()), rate)))
                    .toList();
            new Mixup(clips, mixed.options(), mixed.seed()).write(folder, rate);
        }
        Manifest table = Manifest.read(folder.resolve(Mixup.TABLE), FORMAT, dataset.labels());
        List<AudioClip> more = new ArrayList<>();
        List<LabelledClip> labelled = new ArrayList<>();
        for (LabelledClip c : table.clips()) {
            if (!c.file().endsWith("-0.wav")) { // the clip itself is in the set already
                more.add(new AudioClip(PREFIX + c.file(), folder.resolve(c.file())));
                labelled.add(
                        new LabelledClip(PREFIX + c.file(), train.getFirst().split(), c.labels()));
            }
        }
        return dataset.with(more, labelled);
    }

    private int rate(AudioClip first) throws IOException {
        if (dataset.entry().source() instanceof DatasetEntry.OwnFiles own
                && Datasets.byName(own.dataset()).info().sampleRate() > 0) {
            return Datasets.byName(own.dataset()).info().sampleRate();
        }
        try (AudioStream file = AudioFiles.open(first.path())) {
            return file.sampleRate();
        }
    }

    private float[] samples(AudioClip clip, int rate) throws IOException {
        try (AudioStream file = AudioFiles.open(clip.path())) {
            return clip.read(file).resampled(rate, Resampler.Kernel.HANN).samples();
        }
    }
}
