package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.playback.Speed;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.AudioOptions;
import org.unmute.data.pretrain.Pretraining;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.scene.Split;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.events.recording.ChannelChoice;
import org.unmute.models.encoder.EncoderBand;
import org.unmute.models.frontend.MelBands;
import org.unmute.models.zoo.SmallVit;
import org.unmute.options.ChannelOption;
import org.unmute.options.SpeedOption;
import org.unmute.probes.cache.AudioClip;
import org.unmute.tensor.Tensor;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Pre-trains a small encoder without labels. */
@Command(
        name = "pretrain",
        description = {
            "Trains a small ViT encoder as a masked autoencoder, without labels, and writes it as safetensors.",
            "Random windows of the recordings are used; the encoder hides most patches and learns to predict them."
        },
        footer = {
            "",
            "Examples:",
            "  unmute pretrain --audio recordings/ --steps 2000 --out encoder.safetensors",
            "  unmute pretrain --synthetic --steps 2000 --out encoder.safetensors"
        })
final class PretrainCommand extends ComputingCommand {
    /** Number of clips used to measure the front end's mean and deviation. */
    private static final int MEASURED = 200;

    private static final int RATE = 16_000;
    /** Far from the seeds of the demo, so that pre-training never sees its clips. */
    private static final long SYNTHETIC_SEED = 1_000_003;

    @ArgGroup(multiplicity = "1")
    private Data data;

    /** The training data. */
    static final class Data {
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

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The encoder (safetensors, float16).")
    private Path out;

    @Option(names = "--steps", paramLabel = "N", description = "Optimizer steps (default: ${DEFAULT-VALUE}).")
    private int steps = 2000;

    @Option(names = "--batch", paramLabel = "N", description = "Clips per step (default: ${DEFAULT-VALUE}).")
    private int batch = 32;

    @Option(
            names = "--clips",
            paramLabel = "N",
            description =
                    "Number of distinct training clips, kept in memory as spectrograms (default: ${DEFAULT-VALUE}).")
    private int distinct = 4096;

    @Option(
            names = "--lr",
            paramLabel = "X",
            defaultValue = "1e-3",
            description = "Peak learning rate (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            defaultValue = "0.05",
            description = "Weight decay of matrices (default: ${DEFAULT-VALUE}).")
    private double decay;

    @Option(
            names = "--mask",
            paramLabel = "X",
            defaultValue = "0.75",
            description = "Fraction of the patches that is masked (default: ${DEFAULT-VALUE}).")
    private double mask;

    @Option(names = "--dim", paramLabel = "N", description = "Channels (default: ${DEFAULT-VALUE}).")
    private int dim = 128;

    @Option(names = "--depth", paramLabel = "N", description = "Blocks (default: ${DEFAULT-VALUE}).")
    private int depth = 6;

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads (default: ${DEFAULT-VALUE}).")
    private int heads = 4;

    @Option(names = "--mel", paramLabel = "N", description = "Mel bins (default: ${DEFAULT-VALUE}).")
    private int mel = 64;

    @Option(
            names = "--frames",
            paramLabel = "N",
            description = "Frames per window, 10 ms each (default: ${DEFAULT-VALUE}).")
    private int frames = 296;

    @Option(
            names = "--patch",
            paramLabel = "TxF",
            description = "Frames and mel bins per patch (default: ${DEFAULT-VALUE}).")
    private String patch = "8x16";

    @Option(names = "--license", paramLabel = "TEXT", description = "Licence to store in the file.")
    private String license;

    private record Result(String encoder, double firstLoss, double lastLoss) {}

    @Override
    public Integer call() throws IOException {
        begin();
        if (data.synthetic && (matched("--speed") || matched("--channels"))) {
            throw CommandException.usage(
                    "pretrain: --speed and --channels say how recordings are read, and --synthetic reads none");
        }
        record.seed(common.seed());
        openBackend();
        SmallVit.Settings plain = settings(0, 1);
        Pretraining.Source source = data.synthetic ? synthetic(plain) : recordings(plain, data.audio);
        List<float[]> sample = new ArrayList<>();
        for (int i = 0; i < Math.min(MEASURED, distinct); i++) {
            sample.add(source.samples(i));
        }
        double[] statistics = Pretraining.statistics(plain, sample);
        SmallVit.Settings settings = settings(round(statistics[0]), round(statistics[1]));
        Pretraining.Recipe recipe = new Pretraining.Recipe(
                steps, batch, distinct, rate, decay, Math.min(steps / 10, 200), mask, common.seed());
        try (OutputFolder output = claimFile(out)) {
            train(settings, recipe, source);
            output.finish();
        }
        return status;
    }

    private void train(SmallVit.Settings settings, Pretraining.Recipe recipe, Pretraining.Source source)
            throws IOException {
        double[] losses = new double[steps];
        Map<String, Tensor> parameters;
        try (Progress progress = progress("pre-training", "steps", steps)) {
            progress.resumable(() -> "it begins anew: nothing of an unfinished run is kept");
            parameters = new Pretraining(settings, recipe).train(source, (step, loss, lr) -> {
                losses[step - 1] = loss;
                progress.advance(1);
                if (step % Math.max(1, steps / 20) == 0) {
                    progress.remark(String.format(
                            Locale.ROOT, "step %d: loss %.4f", step, mean(losses, step - steps / 20, step)));
                }
            });
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("recipe", String.join(" ", line()));
        facts.put(
                "data",
                data.synthetic
                        ? "unmute synthesizer, training seeds " + (common.seed() + SYNTHETIC_SEED)
                        : "recordings given by --audio");
        if (license != null) {
            facts.put("license", license);
        }
        SmallVit.write(out, settings, parameters, facts);
        Result result = new Result(out.toString(), losses[0], mean(losses, steps - Math.max(1, steps / 20), steps));
        warnings.end(record);
        record.result("encoder", result.encoder())
                .result("settings", settings)
                .result("firstLoss", result.firstLoss())
                .result("lastLoss", result.lastLoss())
                .writeTo(recordBeside(out));
        long tensors = parameters.keySet().stream()
                .filter(n -> !n.startsWith("decoder."))
                .count();
        print(
                result,
                o -> o.printf(
                        Locale.ROOT,
                        "%s: %d tensors, loss %.4f at the start, %.4f at the end%n",
                        out,
                        tensors,
                        result.firstLoss(),
                        result.lastLoss()));
    }

    private static double mean(double[] x, int from, int to) {
        return Arrays.stream(x, Math.max(0, from), to).average().orElse(Double.NaN);
    }

    private static double round(double x) {
        return Math.round(x * 1000) / 1000.0;
    }

    private SmallVit.Settings settings(double mean, double std) {
        String[] sizes = patch.split("x", 2);
        try {
            return new SmallVit.Settings(
                    RATE,
                    mel,
                    frames,
                    Integer.parseInt(sizes[0]),
                    Integer.parseInt(sizes[1]),
                    dim,
                    depth,
                    heads,
                    mean,
                    std);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw CommandException.usage("--patch is frames x bins, for example 8x16, not " + patch, e);
        }
    }

    private Pretraining.Source synthetic(SmallVit.Settings s) {
        double seconds = s.frontEnd().windowSamples() / (double) RATE;
        SyntheticScenes scenes = new SyntheticScenes(
                SyntheticScenes.Options.standard().withSeconds(seconds), common.seed() + SYNTHETIC_SEED);
        return index -> scenes.clip(Split.TRAIN, Math.toIntExact(index)).samples();
    }

    /** Random windows of random recordings, determined by the seed and the window's index. */
    private Pretraining.Source recordings(SmallVit.Settings s, Path audio) throws IOException {
        ChannelChoice.Clips chosen = channels.choice()
                .of(AudioOptions.search(audio, null, record, remarks()).clips(), AudioFiles::open);
        List<AudioClip> clips = chosen.clips();
        Speed played = speed.speed();
        MelBands bands = s.frontEnd().bands();
        EncoderBand band = new EncoderBand(
                "the encoder", played, played.recordedHertz(bands.lowHz()), played.recordedHertz(bands.highHz()));
        int window = s.frontEnd().windowSamples();
        return index -> {
            SplittableRandom random = new SplittableRandom(common.seed() * 0x9E3779B97F4A7C15L + index);
            AudioClip clip = clips.get(random.nextInt(clips.size()));
            chosen.requireCounted(clip.path());
            Recording recording = warnings.read(clip.path(), clip.channel());
            String nothing = band.nothingOf(recording.sampleRate());
            if (nothing != null) {
                throw new UnreadableAudioException(clip.path().toString(), nothing);
            }
            float[] all =
                    recording.resampled(played, RATE, Resampler.Kernel.HANN).samples();
            if (all.length <= window) {
                return Arrays.copyOf(all, window);
            }
            int from = random.nextInt(all.length - window + 1);
            return Arrays.copyOfRange(all, from, from + window);
        };
    }
}
