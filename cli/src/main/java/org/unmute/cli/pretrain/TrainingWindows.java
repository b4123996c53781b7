package org.unmute.cli.pretrain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.playback.Speed;
import org.unmute.cli.audio.RecordingWarnings;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.option.AudioOptions;
import org.unmute.data.pretrain.Pretraining;
import org.unmute.data.scene.Split;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.events.recording.ChannelChoice;
import org.unmute.models.encoder.EncoderBand;
import org.unmute.models.frontend.MelBands;
import org.unmute.models.zoo.SmallVit;
import org.unmute.options.ChannelOption;
import org.unmute.options.InputPath;
import org.unmute.options.SpeedOption;
import org.unmute.probes.cache.AudioClip;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the sounds that an encoder is pre-trained on. */
public final class TrainingWindows {
    /** Far from the seeds of the demo, so that pre-training never sees its clips. */
    private static final long SYNTHETIC_SEED = 1_000_003;

    @ArgGroup(multiplicity = "1")
    private Data data;

    /** The training data. */
    static final class Data {
        @InputPath
        @Option(
                names = "--audio",
                paramLabel = "PATH",
                description = "Recordings: a folder, a file or a list, as for 'embed'.")
        private Path audio;

        @Option(names = "--synthetic", description = "Sounds of the built-in synthesizer instead of recordings.")
        private boolean synthetic;
    }

    @Mixin
    private SpeedOption speed;

    @Mixin
    private ChannelOption channels;

    /** Whether the sounds are synthesized. */
    public boolean synthetic() {
        return data.synthetic;
    }

    /** A description of the sounds, for the file of the encoder. */
    public String describe(long seed) {
        return data.synthetic
                ? "unmute synthesizer, training seeds " + (seed + SYNTHETIC_SEED)
                : "recordings given by --audio";
    }

    /**
     * The windows.
     *
     * @param warnings receives what is wrong with recordings that are read nevertheless
     * @throws IOException if the recordings cannot be listed
     */
    public Pretraining.Source source(SmallVit.Settings encoder, long seed, RecordingWarnings warnings, CommandRun run)
            throws IOException {
        return data.synthetic ? synthesized(encoder, seed) : recorded(encoder, seed, warnings, run);
    }

    private static Pretraining.Source synthesized(SmallVit.Settings s, long seed) {
        double seconds = s.frontEnd().windowSamples() / (double) EncoderShape.RATE;
        SyntheticScenes scenes =
                new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(seconds), seed + SYNTHETIC_SEED);
        return index -> scenes.clip(Split.TRAIN, Math.toIntExact(index)).samples();
    }

    /** Random windows of random recordings, determined by the seed and the window's index. */
    private Pretraining.Source recorded(SmallVit.Settings s, long seed, RecordingWarnings warnings, CommandRun run)
            throws IOException {
        ChannelChoice.Clips chosen = channels.choice()
                .of(
                        AudioOptions.search(data.audio, null, run.record(), run.remarks())
                                .clips(),
                        AudioFiles::open);
        List<AudioClip> clips = chosen.clips();
        Speed played = speed.speed();
        MelBands bands = s.frontEnd().bands();
        EncoderBand band = new EncoderBand(
                "the encoder", played, played.recordedHertz(bands.lowHz()), played.recordedHertz(bands.highHz()));
        int window = s.frontEnd().windowSamples();
        return index -> {
            SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + index);
            AudioClip clip = clips.get(random.nextInt(clips.size()));
            chosen.requireCounted(clip.path());
            Recording recording = warnings.read(clip.path(), clip.channel());
            String nothing = band.nothingOf(recording.sampleRate());
            if (nothing != null) {
                throw new UnreadableAudioException(clip.path().toString(), nothing);
            }
            float[] all = recording
                    .resampled(played, EncoderShape.RATE, Resampler.Kernel.HANN)
                    .samples();
            if (all.length <= window) {
                return Arrays.copyOf(all, window);
            }
            int from = random.nextInt(all.length - window + 1);
            return Arrays.copyOfRange(all, from, from + window);
        };
    }
}
