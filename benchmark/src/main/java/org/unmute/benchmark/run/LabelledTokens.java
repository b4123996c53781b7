package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.unmute.benchmark.grid.Cell;
import org.unmute.benchmark.protocol.CellData;
import org.unmute.benchmark.protocol.Fold;
import org.unmute.benchmark.results.Name;
import org.unmute.benchmark.results.RetrievalFile;
import org.unmute.data.ClipId;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.Task;
import org.unmute.data.UsedClips;
import org.unmute.data.annotation.EventRows;
import org.unmute.events.search.ClipRetrieval;
import org.unmute.files.InputException;
import org.unmute.metrics.PrimaryMetric;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;

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
     * The folds, shared by all cells with the same encoder, data set and {@code standardize} that are trained alike.
     *
     * @param times of the tokens' rows, for training on rows; null for clips as a whole
     * @param tell receives remarks on how labels with times are used
     */
    List<Fold> folds(boolean standardize, RowTimes times, Consumer<String> tell) {
        List<Fold> folds = new ArrayList<>();
        for (SplitDataset.Parts p : dataset.folds()) {
            folds.add(new Fold(
                    p.fold(),
                    set("train", p.train(), times, tell),
                    set("validation", p.validation(), times, _ -> {}),
                    set("test", p.test(), null, tell),
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

    private TokenSet set(String part, List<LabelledClip> clips, RowTimes times, Consumer<String> tell) {
        List<LabelledClip> present = present(clips);
        if (present.isEmpty()) {
            throw new InputException("data set " + dataset.entry().name() + ": none of the " + clips.size()
                    + " clips of its part " + part + " could be embedded");
        }
        Manifest manifest = new Manifest(present, dataset.labels());
        return new TokenSet(
                TokenSource.of(cache, present.stream().map(LabelledClip::file).toList()),
                manifest.targets(),
                dataset.labels().size(),
                times == null ? null : rows(manifest, times, tell));
    }

    private EventRows rows(Manifest clips, RowTimes times, Consumer<String> tell) {
        Set<String> recordings = new HashSet<>();
        cached.forEach(id -> recordings.add(ClipId.recording(id)));
        EventRows rows = EventRows.of(
                List.of(dataset.timed()),
                clips,
                recordings,
                i -> cache.find(clips.clips().get(i).file()).orElseThrow().sound(),
                times,
                EventRows.Edges.SHARE);
        rows.remarks()
                .forEach(
                        remark -> tell.accept("data set " + dataset.entry().name() + ", labels with times: " + remark));
        return rows;
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
