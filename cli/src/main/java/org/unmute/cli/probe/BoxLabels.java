package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.FrameOptions;
import org.unmute.cli.option.LabelOptions;
import org.unmute.data.annotation.BoxBags;
import org.unmute.data.annotation.EventRows;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.provenance.JsonObject;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.MaxPooled;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;

/** Where the classes sound in the clips of a run, in time and frequency. */
public final class BoxLabels {
    private BoxLabels() {}

    /** The options of a probe of boxes: it finds bands from those of its boxes, unless they say otherwise. */
    public static ProbeOptions ofBoxes(String probe, ProbeOptions given) {
        boolean has = Probes.type(probe).options().contains(MaxPooled.BANDS);
        return has && !given.has(MaxPooled.BANDS) ? given.with(MaxPooled.BANDS, MaxPooled.TAUGHT) : given;
    }

    /**
     * Reads boxes.
     *
     * @param tokens  of the clips
     * @param cache   their folder, whose record names the encoder
     * @param context its length is that of the pieces that boxes are cut into, rounded to rows
     * @param digests hashes the encoder's file
     * @param record  receives what was read
     * @param tell    receives what a user should know about the tables
     * @throws CommandException if no training clip has boxes, or the encoder cannot be asked for the bands of its
     *     tokens, or has one
     */
    public static FrameLabels of(
            FrameOptions options,
            LabelOptions labels,
            ValidationClips held,
            TokenCache tokens,
            Path cache,
            ContextSeconds context,
            KnownDigests digests,
            RunRecord record,
            Consumer<String> tell)
            throws IOException {
        EncoderSpec spec =
                SavedProbe.ofCache(cache).openEncoder(digests).encoder().describe();
        double seconds = context.contextOrDefault(spec.speed());
        int piece = (int) Math.max(1, Math.round(seconds / spec.rowTimes().rowSeconds()));
        List<LabelFile> tables = FrameLabels.tables(options, labels, held, record, tell);
        BoxBags train;
        try {
            train = BoxBags.of(
                    tables,
                    held.train(),
                    FrameLabels.ids(tokens),
                    FrameLabels.sound(held.train(), tokens),
                    spec,
                    piece);
        } catch (IllegalArgumentException e) {
            throw CommandException.input("--boxes: " + e.getMessage(), e);
        }
        FrameLabels.requireStrong(train.strong(), options, held);
        train.remarks().forEach(remark -> tell.accept("boxes: " + remark));
        EventRows validation =
                held.any() ? FrameLabels.rows(tables, held.clips(), tokens, spec.rowTimes(), options) : null;
        record.result(
                "boxes",
                new JsonObject()
                        .with("clips", train.strong())
                        .with("validationClips", validation == null ? 0 : validation.strong())
                        .with("pieceRows", piece)
                        .with("rowSeconds", spec.rowTimes().rowSeconds())
                        .with("remarks", train.remarks())
                        .with("taught", TaughtJson.of(held.train().labels().names(), train.summary())));
        return new FrameLabels(null, train, FrameLabels.orNull(validation));
    }
}
