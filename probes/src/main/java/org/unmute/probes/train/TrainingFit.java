package org.unmute.probes.train;

import java.util.stream.IntStream;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.MaxPooled;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.Remembering;
import org.unmute.tensor.DType;

/** Whether probe, clips and settings fit each other. */
final class TrainingFit {
    private TrainingFit() {}

    /**
     * Requires that they fit.
     *
     * @throws IllegalArgumentException if they do not
     */
    static void require(Probe probe, TokenSet clips, TrainingSettings settings) {
        TokenGrid grid = clips.tokens().grid();
        if (probe.dim() != grid.dim() || probe.classes() != clips.classes()) {
            throw new IllegalArgumentException(
                    "training: probe " + probe.name() + " takes dim " + probe.dim() + " and " + probe.classes()
                            + " classes, the clips have dim " + grid.dim() + " and " + clips.classes() + " classes");
        }
        probe.parameters().forEach((name, p) -> {
            if (p.dtype() != DType.F32) {
                throw new IllegalArgumentException(
                        "training: parameter " + name + " is " + p.dtype() + ": training runs in F32");
            }
        });
        if (probe instanceof Remembering && settings.stretch() > 0) {
            throw new IllegalArgumentException("training: probe " + probe.name() + " keeps clips as a whole and cannot"
                    + " be trained by stretches of " + settings.stretch() + " rows: leave stretches out");
        }
        requireRows(probe, clips, settings);
        requireBoxes(probe, clips, settings);
        if (!clips.isAnyKnown(IntStream.range(0, clips.clips()).toArray())) {
            throw new IllegalArgumentException("training: none of the " + clips.targets().length
                    + " targets is known: there is nothing to learn from: label some clips");
        }
        if (!settings.objective().isSingleLabel()) {
            return;
        }
        for (int i = 0; i < clips.clips(); i++) {
            int ones = 0;
            int others = 0;
            for (int c = 0; c < clips.classes(); c++) {
                float y = clips.targets()[i * clips.classes() + c];
                if (Float.isNaN(y)) {
                    throw new IllegalArgumentException("training: cross-entropy needs every target, that of clip " + i
                            + ", class " + c + " is not known: use asl or bce, or leave the clip out");
                }
                ones += y == 1 ? 1 : 0;
                others += y != 0 && y != 1 ? 1 : 0;
            }
            if (ones != 1 || others > 0) {
                throw new IllegalArgumentException("training: cross-entropy needs exactly one class a clip, clip " + i
                        + " has " + (ones + others) + ": use asl or bce for several");
            }
        }
    }

    private static void requireRows(Probe probe, TokenSet clips, TrainingSettings settings) {
        if (clips.rows() == null) {
            return;
        }
        if (!(probe instanceof FrameWise rows && rows.isOfRows())) {
            throw new IllegalArgumentException("training: there are targets of rows, but probe " + probe.name()
                    + " learns clips as a whole: make it with rows=true, which " + String.join(", ", Probes.ofRows())
                    + " have");
        }
        if (settings.objective().isSingleLabel() || settings.stretch() > 0) {
            throw new IllegalArgumentException("training: a row may have several classes, and is no stretch: train rows"
                    + " with asl or bce, and without stretches");
        }
    }

    private static void requireBoxes(Probe probe, TokenSet clips, TrainingSettings settings) {
        if (clips.boxes() == null) {
            return;
        }
        if (!(probe instanceof MaxPooled)) {
            throw new IllegalArgumentException("training: there are bags of tokens, but probe " + probe.name()
                    + (probe instanceof FrameWise rows && rows.isOfRows() ? " with rows=true" : "")
                    + " does not take the maximum over tokens: use protobin or protofloat of clips");
        }
        if (settings.objective().isSingleLabel() || settings.stretch() > 0) {
            throw new IllegalArgumentException("training: bags of tokens may have several classes, and are no stretch:"
                    + " train boxes with asl or bce, and without stretches");
        }
    }
}
