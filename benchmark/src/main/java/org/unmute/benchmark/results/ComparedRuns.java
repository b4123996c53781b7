package org.unmute.benchmark.results;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The finished cells of one or several runs as one grid.
 *
 * @param runs folders of the runs
 * @param encoders in display order
 * @param datasets in display order
 * @param columns  probes in display order
 * @param entries the cells shown in tables: at most one per encoder, data set and column
 * @param variants cells of the same columns with other numbers of prototypes, to show the effect of J alone
 * @param missing  {@code encoder/dataset/probe} of planned cells that no run has finished
 * @param planned  number of distinct cells in the runs' grids
 * @param remarks notes for readers about how the runs were merged
 */
public record ComparedRuns(
        List<ResultFolder> runs,
        List<Name> encoders,
        List<Name> datasets,
        List<Column> columns,
        List<Entry> entries,
        List<Entry> variants,
        List<String> missing,
        int planned,
        List<String> remarks) {

    public ComparedRuns {
        runs = List.copyOf(runs);
        encoders = List.copyOf(encoders);
        datasets = List.copyOf(datasets);
        columns = List.copyOf(columns);
        entries = List.copyOf(entries);
        variants = List.copyOf(variants);
        missing = List.copyOf(missing);
        remarks = List.copyOf(remarks);
    }

    /** The cell of an encoder, data set and column, if it is finished. */
    public Optional<Entry> find(Name encoder, Name dataset, Column column) {
        return entries.stream()
                .filter(e -> e.column().equals(column)
                        && e.cell().encoder().key().equals(encoder.key())
                        && e.cell().dataset().key().equals(dataset.key()))
                .findFirst();
    }

    /** The test score of that cell; undefined if it is not finished. */
    public Score score(Name encoder, Name dataset, Column column) {
        return find(encoder, dataset, column).map(e -> e.cell().test()).orElse(Score.of());
    }

    /** Pairs of a data set and an encoder with at least one finished cell, data set by data set. */
    public List<Setting> settings() {
        return datasets.stream()
                .flatMap(d -> encoders.stream().map(e -> new Setting(e, d)))
                .filter(s -> columns.stream()
                        .anyMatch(c -> find(s.encoder(), s.dataset(), c).isPresent()))
                .toList();
    }

    /** The finished cells of an encoder on a data set, in the order of the columns. */
    public List<Entry> entries(Setting setting) {
        return columns.stream()
                .flatMap(c -> find(setting.encoder(), setting.dataset(), c).stream())
                .toList();
    }

    /** The metric of a data set: {@code mAP} or {@code accuracy}. */
    public String metric(Name dataset) {
        return entries.stream()
                .map(Entry::cell)
                .filter(c -> c.dataset().key().equals(dataset.key()))
                .map(FinishedCell::metric)
                .findFirst()
                .orElse("mAP");
    }

    /** The column of a probe whose label states no options, if there is one. */
    public Optional<Column> column(String probe) {
        return columns.stream().filter(c -> c.label().equals(probe)).findFirst();
    }

    /** The entries followed by the variants. */
    public Stream<Entry> all() {
        return Stream.concat(entries.stream(), variants.stream());
    }

    /**
     * The setting in which probes are compared: an encoder on a data set.
     *
     * @param encoder the encoder
     * @param dataset the data set
     */
    public record Setting(Name encoder, Name dataset) {
        /** Both titles. */
        public String title() {
            return dataset.title() + ", " + encoder.title();
        }

        /** Both keys, usable as a file name. */
        public String key() {
            return dataset.key() + "-" + encoder.key();
        }
    }
}
