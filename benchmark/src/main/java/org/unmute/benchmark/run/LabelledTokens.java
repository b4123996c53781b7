package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import org.unmute.benchmark.grid.Cell;
import org.unmute.benchmark.protocol.CellData;
import org.unmute.benchmark.protocol.Fold;
import org.unmute.benchmark.results.Name;
import org.unmute.benchmark.results.RetrievalFile;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.Task;
import org.unmute.data.UsedClips;
import org.unmute.data.annotation.BoxBags;
import org.unmute.data.annotation.EventRows;
import org.unmute.data.annotation.LabelFile;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.search.ClipRetrieval;
import org.unmute.files.InputException;
import org.unmute.metrics.PrimaryMetric;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.truth.BoxTargets;
import org.unmute.probes.truth.RowTargets;

/** Joins the clips of a data set with their cached tokens. */
final class LabelledTokens {
    private final SplitDataset dataset;
    private final TokenCache cache;
    private final Set<String> cached = new HashSet<>();

    LabelledTokens(SplitDataset dataset, TokenCache cache) {
        this.dataset = dataset;
        this.cache = cache;
        for (CachedClip clip : cache.clips()) {
            cached.add(clip.id());
        }
    }

    /**
     * What is known of clips beside their labels: when their classes sound, or where in time and frequency.
     *
     * @param rows  null if not known
     * @param boxes null if not known
     */
    private record Moments(RowTargets rows, BoxTargets boxes) {
        static final Moments NONE = new Moments(null, null);
    }

    /** Finds what is known of the clips of a part. */
    @FunctionalInterface
    private interface Annotator {
        Moments of(Manifest clips, boolean train);
    }

    /**
     * The folds, shared by all cells with the same encoder, data set and {@code standardize} that are trained alike.
     *
     * @param times of the tokens' rows, for training on rows; null for clips as a whole
     * @param tell receives remarks on how labels with times are used
     */
    List<Fold> folds(boolean standardize, RowTimes times, Consumer<String> tell) {
        List<LabelFile> tables = Collections.singletonList(dataset.timed());
        return folds(
                standardize,
                (clips, train) -> times == null
                        ? Moments.NONE
                        : new Moments(rows(tables, clips, times, train ? tell : _ -> {}), null));
    }

    /**
     * The folds for training on boxes. Of validation clips, the boxes say when their classes sound.
     *
     * @param spec the encoder, with more than one column of tokens
     * @param tell receives remarks on how boxes are used
     */
    List<Fold> foldsOfBoxes(boolean standardize, EncoderSpec spec, Consumer<String> tell) {
        List<LabelFile> tables = dataset.boxes().tables();
        return folds(standardize, (clips, train) -> {
            if (train) {
                return new Moments(null, boxes(tables, clips, spec, tell));
            }
            EventRows rows = rows(tables, clips, spec.rowTimes(), _ -> {});
            return new Moments(rows.strong() == 0 ? null : rows, null);
        });
    }

    private List<Fold> folds(boolean standardize, Annotator annotator) {
        List<Fold> folds = new ArrayList<>();
        for (SplitDataset.Parts p : dataset.folds()) {
            folds.add(new Fold(
                    p.fold(),
                    set("train", p.train(), clips -> annotator.of(clips, true)),
                    set("validation", p.validation(), clips -> annotator.of(clips, false)),
                    set("test", p.test(), _ -> Moments.NONE),
                    standardize));
        }
        return folds;
    }

    /** The data of a cell. */
    CellData of(Cell cell, List<Fold> folds) {
        return new CellData(
                folds,
                dataset.labels().names(),
                cell.objective(),
                metric(cell),
                cache.key().encoderHash(),
                cache.key().frontEndHash());
    }

    /** The metric by which a cell's settings are selected. */
    static PrimaryMetric metric(Cell cell) {
        return cell.dataset().task() == Task.SINGLE_LABEL ? PrimaryMetric.ACCURACY : PrimaryMetric.MAP;
    }

    /** The clips used in one fold. */
    Manifest used(SplitDataset.Parts p) {
        List<LabelledClip> all = new ArrayList<>();
        for (List<LabelledClip> part : List.of(p.train(), p.validation(), p.test())) {
            all.addAll(present(part));
        }
        return new Manifest(all, dataset.labels());
    }

    /** The validation clips used in the first fold, in the order of its targets. */
    Manifest validation() {
        return new Manifest(present(dataset.folds().getFirst().validation()), dataset.labels());
    }

    /** The test clips used, fold by fold, in the order of the scores. */
    List<List<LabelledClip>> tests() {
        return dataset.folds().stream().map(p -> present(p.test())).toList();
    }

    /**
     * How well mean tokens find test clips of the same label.
     *
     * @param k of the precision at k
     */
    RetrievalFile retrieval(Name encoder, int k) throws IOException {
        List<LabelledClip> clips = tests().stream().flatMap(List::stream).toList();
        return new RetrievalFile(
                encoder,
                new Name(dataset.entry().name(), dataset.entry().title()),
                clips.size(),
                ClipRetrieval.of(
                        clips.stream().map(LabelledClip::file).toList(),
                        new Manifest(clips, dataset.labels()).targets(),
                        cache,
                        k));
    }

    private List<LabelledClip> present(List<LabelledClip> clips) {
        return clips.stream().filter(c -> cached.contains(c.file())).toList();
    }

    private TokenSet set(String part, List<LabelledClip> clips, Function<Manifest, Moments> known) {
        List<LabelledClip> present = present(clips);
        if (present.isEmpty()) {
            throw new InputException("data set " + dataset.entry().name() + ": none of the " + clips.size()
                    + " clips of its part " + part + " could be embedded");
        }
        Manifest manifest = new Manifest(present, dataset.labels());
        Moments moments = known.apply(manifest);
        return new TokenSet(
                TokenSource.of(cache, present.stream().map(LabelledClip::file).toList()),
                manifest.targets(),
                dataset.labels().size(),
                moments.rows(),
                moments.boxes());
    }

    private EventRows rows(List<LabelFile> tables, Manifest clips, RowTimes times, Consumer<String> tell) {
        EventRows rows = EventRows.of(tables, clips, cached, sound(clips), times, EventRows.Edges.SHARE);
        rows.remarks()
                .forEach(
                        remark -> tell.accept("data set " + dataset.entry().name() + ", labels with times: " + remark));
        return rows;
    }

    /** Rows of the pieces into which boxes are cut, which are as long as the stretches that detection scores. */
    static int pieceRows(EncoderSpec spec) {
        double seconds = ContextSeconds.DEFAULTS.contextOrDefault(spec.speed());
        return (int) Math.max(1, Math.round(seconds / spec.rowTimes().rowSeconds()));
    }

    private BoxBags boxes(List<LabelFile> tables, Manifest clips, EncoderSpec spec, Consumer<String> tell) {
        BoxBags boxes = BoxBags.of(tables, clips, cached, sound(clips), spec, pieceRows(spec));
        boxes.remarks()
                .forEach(remark -> tell.accept("data set " + dataset.entry().name() + ", boxes: " + remark));
        return boxes;
    }

    /** The number of rows of each clip that are sound. */
    private IntUnaryOperator sound(Manifest clips) {
        return i -> cache.find(clips.clips().get(i).file()).orElseThrow().sound();
    }

    /** Writes the clips used, with their hashes, to {@code clips.csv}, or to one file per fold. */
    void record(Path folder, Consumer<String> tell) throws IOException {
        for (SplitDataset.Parts p : dataset.folds()) {
            UsedClips.write(
                    folder.resolve(p.fold() == 0 ? "clips.csv" : "clips-fold-" + p.fold() + ".csv"),
                    used(p),
                    cache,
                    tell);
        }
    }
}
