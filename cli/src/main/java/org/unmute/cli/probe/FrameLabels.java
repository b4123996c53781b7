package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.FrameOptions;
import org.unmute.cli.option.LabelOptions;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.annotation.BoxBags;
import org.unmute.data.annotation.EventRows;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.JsonObject;
import org.unmute.data.provenance.RunRecord;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.truth.RowTargets;

/**
 * When the classes sound in the clips of a run.
 *
 * @param train      rows of the training clips; null if they are not trained row by row
 * @param boxes      boxes of the training clips; null if they are not trained on boxes
 * @param validation rows of the validation clips; null if there are none, or none of them has labels with times
 */
public record FrameLabels(RowTargets train, BoxBags boxes, RowTargets validation) {
    /** Clips as a whole. */
    public static final FrameLabels NONE = new FrameLabels(null, null, null);

    /**
     * The options of a probe of rows.
     *
     * @throws CommandException if there is none of this name, or the options say otherwise
     */
    public static ProbeOptions ofRows(String probe, ProbeOptions given) {
        if (!Probes.ofRows().contains(probe)) {
            throw CommandException.usage("--frames: probe " + probe + " cannot score a moment by itself: use one of "
                    + String.join(", ", Probes.ofRows()));
        }
        if (given.has("rows") && !given.values().get("rows").equals("true")) {
            throw CommandException.usage("--frames makes a probe with rows=true: leave rows="
                    + given.values().get("rows") + " out");
        }
        return given.with("rows", true);
    }

    /**
     * Reads labels with times.
     *
     * @param tokens of the clips
     * @param cache  their folder
     * @param record receives what was read
     * @param tell   receives what a user should know about the tables
     * @throws CommandException if no training clip has labels with times, or the cache does not tell when rows begin
     */
    public static FrameLabels of(
            FrameOptions options,
            LabelOptions labels,
            ValidationClips held,
            TokenCache tokens,
            Path cache,
            RunRecord record,
            Consumer<String> tell)
            throws IOException {
        RowTimes times = CacheOrigin.rowTimes(cache)
                .orElseThrow(() -> CommandException.input(options.option() + ": the record of the cache " + cache
                        + " does not tell when its token rows begin: embed the recordings again"));
        List<LabelFile> tables = tables(options, labels, held, record, tell);
        EventRows train = rows(tables, held.train(), tokens, times, options);
        requireStrong(train.strong(), options, held);
        train.remarks().forEach(remark -> tell.accept("labels with times: " + remark));
        EventRows validation = held.any() ? rows(tables, held.clips(), tokens, times, options) : null;
        record.result(
                "frames",
                new JsonObject()
                        .with("clips", train.strong())
                        .with("validationClips", validation == null ? 0 : validation.strong())
                        .with("edges", options.edges().name().toLowerCase(Locale.ROOT))
                        .with("rowSeconds", times.rowSeconds())
                        .with("remarks", train.remarks()));
        return new FrameLabels(train, null, orNull(validation));
    }

    /** The tables of events, with the splits that training and validation need. */
    static List<LabelFile> tables(
            FrameOptions options, LabelOptions labels, ValidationClips held, RunRecord record, Consumer<String> tell)
            throws IOException {
        List<String> splits = Stream.of(held.train(), held.any() ? held.clips() : held.train())
                .flatMap(m -> m.clips().stream())
                .map(LabelledClip::split)
                .distinct()
                .toList();
        return labels.timed(options, held.train().labels(), splits, record, tell);
    }

    /** Requires that labels with times name a training clip. */
    static void requireStrong(int strong, FrameOptions options, ValidationClips held) {
        if (strong == 0) {
            throw CommandException.input(options.option() + ": none of the "
                    + held.train().clips().size()
                    + " training clips is of a recording that the labels with times name, the first is "
                    + held.train().clips().getFirst().file() + ": are the names those of the recordings?");
        }
    }

    /** Rows, if anything is known of them. */
    static EventRows orNull(EventRows rows) {
        return rows == null || rows.strong() == 0 ? null : rows;
    }

    /** The clips of a cache. */
    static Set<String> ids(TokenCache tokens) {
        return tokens.clips().stream().map(CachedClip::id).collect(Collectors.toSet());
    }

    /** The number of rows of each clip that are sound. */
    static IntUnaryOperator sound(Manifest clips, TokenCache tokens) {
        return i -> tokens.find(clips.clips().get(i).file()).orElseThrow().sound();
    }

    /** The rows of clips. */
    static EventRows rows(
            List<LabelFile> tables, Manifest clips, TokenCache tokens, RowTimes times, FrameOptions options) {
        try {
            return EventRows.of(tables, clips, ids(tokens), sound(clips, tokens), times, options.edges());
        } catch (IllegalArgumentException e) {
            throw CommandException.input(options.option() + ": " + e.getMessage(), e);
        }
    }
}
