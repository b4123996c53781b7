package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.cli.pretrain.EncoderShape;
import org.unmute.cli.pretrain.RecipeOptions;
import org.unmute.cli.pretrain.TrainingWindows;
import org.unmute.data.pretrain.Pretraining;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.models.zoo.SmallVit;
import org.unmute.options.MainOptions;
import org.unmute.options.OutputPath;
import org.unmute.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Pre-trains a small encoder without labels. */
@MainOptions("--audio --synthetic --out --steps --batch --clips --lr --weight-decay"
        + " --mask --dim --depth --heads --license --device")
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

    @Mixin
    private TrainingWindows windows;

    @OutputPath(OutputPath.Kind.FILE)
    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The encoder (safetensors, float16).")
    private Path out;

    @Mixin
    private OverwriteOption overwrite;

    @Mixin
    private RecipeOptions recipe;

    @Mixin
    private EncoderShape shape;

    @Option(names = "--license", paramLabel = "TEXT", description = "Licence to store in the file.")
    private String license;

    private record Result(String encoder, double firstLoss, double lastLoss) {}

    @Override
    public Integer call() throws IOException {
        begin();
        if (windows.synthetic() && (matched("--speed") || matched("--channels"))) {
            throw CommandException.usage(
                    "pretrain: --speed and --channels say how recordings are read, and --synthetic reads none");
        }
        record.seed(common.seed());
        openBackend();
        SmallVit.Settings plain = shape.settings(0, 1);
        Pretraining.Source source = windows.source(plain, common.seed(), warnings, this);
        List<float[]> sample = new ArrayList<>();
        for (int i = 0; i < Math.min(MEASURED, recipe.clips()); i++) {
            sample.add(source.samples(i));
        }
        double[] statistics = Pretraining.statistics(plain, sample);
        SmallVit.Settings settings = shape.settings(round(statistics[0]), round(statistics[1]));
        try (OutputFolder output = claimFile(out)) {
            train(settings, recipe.recipe(common.seed()), source, SmallVit.spectralShape(settings, sample));
            output.finish();
        }
        return status;
    }

    private void train(
            SmallVit.Settings settings, Pretraining.Recipe chosen, Pretraining.Source source, Map<String, Tensor> shape)
            throws IOException {
        int steps = chosen.steps();
        double[] losses = new double[steps];
        Map<String, Tensor> parameters = new LinkedHashMap<>(shape);
        try (Progress progress = progress("pre-training", "steps", steps)) {
            progress.resumable(() -> "it begins anew: nothing of an unfinished run is kept");
            parameters.putAll(new Pretraining(settings, chosen).train(source, (step, loss, lr) -> {
                losses[step - 1] = loss;
                progress.advance(1);
                if (step % Math.max(1, steps / 20) == 0) {
                    progress.remark(String.format(
                            Locale.ROOT, "step %d: loss %.4f", step, mean(losses, step - steps / 20, step)));
                }
            }));
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("recipe", String.join(" ", line()));
        facts.put("data", windows.describe(common.seed()));
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
                .writeBeside(out);
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
}
