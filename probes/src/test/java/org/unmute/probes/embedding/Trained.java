package org.unmute.probes.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.unmute.audio.Resampler;
import org.unmute.audio.Wav;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.DType;

/**
 * The embedded encoder as a file, a probe trained on it to distinguish low tones from noise, and a recording at another
 * rate.
 *
 * @param checkpoint the encoder
 * @param probe the probe
 * @param clip a low tone at 22,050 Hz
 */
record Trained(Path checkpoint, Path probe, Path clip) {
    private static final int EPOCHS = 20;

    static Trained in(Path folder) throws IOException {
        return in(folder, "protobin");
    }

    static Trained in(Path folder, String kind) throws IOException {
        Path checkpoint = Files.write(folder.resolve("encoder.safetensors"), Encoders.embeddedBytes());
        Encoder encoder = Encoders.open(checkpoint);
        List<float[]> clips = new ArrayList<>();
        float[] targets = new float[2 * 24];
        for (int i = 0; i < 24; i++) {
            clips.add(sound(i, encoder.describe().sampleRate(), i % 2 == 0));
            targets[2 * i + i % 2] = 1;
        }
        List<TokenMap> maps = encoder.encode(clips);
        Probe probe = Probes.create(
                kind, encoder.describe().dim(), 2, encoder.describe().hasCls(), ProbeOptions.DEFAULTS, 1);
        TrainingSettings settings = TrainingSettings.paper(kind)
                .withEpochs(EPOCHS)
                .withBatch(8)
                .withRate(1e-2)
                .withWarmUp(0)
                .withStandardize(true);
        ProbeTrainer.Result result = ProbeTrainer.train(probe, TokenSet.of(maps, targets, 2), settings);
        CacheKey key = CacheKey.of(encoder.describe(), Sha256.of(checkpoint), Resampler.Kernel.HANN, DType.F32);
        Path file = folder.resolve("probe.safetensors");
        TrainedProbe trained = result.trained(
                probe,
                List.of("tone", "noise"),
                encoder.describe().hasCls(),
                settings.objective(),
                key.encoderHash(),
                key.frontEndHash());
        trained.save(file);
        Path clip = folder.resolve("clip.wav");
        Wav.write(clip, sound(100, 22_050, true), 22_050);
        return new Trained(checkpoint, file, clip);
    }

    /** One second of sound. */
    static float[] sound(long seed, int rate, boolean tone) {
        SplittableRandom random = new SplittableRandom(seed);
        double hertz = 200 + 20 * (seed % 7);
        float[] samples = new float[rate];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float)
                    (tone
                            ? 0.4 * Math.sin(2 * Math.PI * hertz * i / rate) + 0.001 * random.nextGaussian()
                            : 0.1 * random.nextGaussian());
        }
        return samples;
    }
}
