package org.unmute.convert.export;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsWriter;

/**
 * The tensors of a trained probe as a safetensors file for other programs, all of them float32: parameters and buffers
 * under their own names ({@code prototype_vectors}, {@code fc.weight}, {@code fc.bias}, …); {@code
 * standardization.token_mean}, {@code .token_deviation}, {@code .cls_mean} and {@code .cls_deviation}, each {@code
 * [dim]}; and what validation clips taught, each {@code [classes]}: {@code thresholds}, {@code calibration.slopes} and
 * {@code calibration.offsets}. Metadata: {@code probe}, {@code options}, {@code classes} (a line each), {@code
 * single_label}, {@code padding}.
 */
public final class ProbeWeights {
    private ProbeWeights() {}

    /**
     * Writes the file. An existing one is replaced only once the new one is complete.
     *
     * @throws IOException if it cannot be written
     */
    public static void write(TrainedProbe trained, Path path) throws IOException {
        SafetensorsWriter out = new SafetensorsWriter()
                .metadata("format", "pt")
                .metadata("probe", trained.probe().name())
                .metadata("options", trained.probe().options().toString())
                .metadata("classes", String.join("\n", trained.classes()))
                .metadata("padding", GraphMetadata.padding(trained))
                .metadata("single_label", Boolean.toString(trained.singleLabel()));
        trained.probe().parameters().forEach((name, p) -> out.add(name, p.shape(), p.toFloats()));
        trained.probe().buffers().forEach((name, b) -> out.add(name, b.shape(), b.toFloats()));
        Standardization s = trained.standardization();
        if (s != null) {
            add(out, "standardization.token_mean", s.tokenMean());
            add(out, "standardization.token_deviation", s.tokenDeviation());
            add(out, "standardization.cls_mean", s.clsMean());
            add(out, "standardization.cls_deviation", s.clsDeviation());
        }
        Decisions d = trained.decisions();
        if (d != null) {
            add(out, "thresholds", single(d.thresholds()));
            add(out, "calibration.slopes", single(d.calibration().slopes()));
            add(out, "calibration.offsets", single(d.calibration().offsets()));
        }
        out.write(path);
    }

    private static void add(SafetensorsWriter out, String name, float @Nullable [] values) {
        if (values != null) {
            out.add(name, Shape.of(values.length), values);
        }
    }

    private static float[] single(double[] values) {
        float[] all = new float[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) values[i];
        }
        return all;
    }
}
