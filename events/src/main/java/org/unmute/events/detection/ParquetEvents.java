package org.unmute.events.detection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.parquet.ParquetTableWriter;
import org.unmute.data.parquet.ParquetTableWriter.Column;
import org.unmute.data.parquet.ParquetTableWriter.Kind;
import org.unmute.files.FileFailure;
import org.unmute.files.TemporaryFile;

/** Writes the events of all recordings to a Parquet file, which is valid only once its footer is written. */
final class ParquetEvents implements AutoCloseable {
    private static final List<Column> COLUMNS = List.of(
            new Column("file", Kind.TEXT),
            new Column("start", Kind.DOUBLE),
            new Column("end", Kind.DOUBLE),
            new Column("label", Kind.TEXT),
            new Column("score", Kind.OPTIONAL_DOUBLE),
            new Column("low", Kind.OPTIONAL_DOUBLE),
            new Column("high", Kind.OPTIONAL_DOUBLE),
            new Column("begin_datetime", Kind.TEXT),
            new Column("end_datetime", Kind.TEXT),
            new Column("site", Kind.TEXT),
            new Column("latitude", Kind.OPTIONAL_DOUBLE),
            new Column("longitude", Kind.OPTIONAL_DOUBLE));

    private final Path path;
    private final TemporaryFile file;
    private final ParquetTableWriter table;
    private final boolean channels;
    private final boolean verdicts;

    /**
     * @param path file that is replaced at the end
     * @param channels whether a column has the channel of each event
     * @param verdicts whether a column has what a listener says about it
     */
    ParquetEvents(Path path, boolean channels, boolean verdicts) throws IOException {
        this.path = path;
        this.channels = channels;
        this.verdicts = verdicts;
        List<Column> columns = new ArrayList<>(COLUMNS);
        if (channels) {
            columns.add(new Column("channel", Kind.INT));
        }
        if (verdicts) {
            columns.add(new Column("verdict", Kind.TEXT));
        }
        file = TemporaryFile.create(path);
        try {
            table = new ParquetTableWriter(file.channel(), columns);
        } catch (IOException e) {
            file.close();
            throw FileFailure.named(path, e);
        }
    }

    void add(Annotation event, TimeAndPlace where, String verdict) throws IOException {
        try {
            List<Object> row = new ArrayList<>(List.of(
                    event.file(),
                    event.onset(),
                    event.offset(),
                    event.label(),
                    event.score(),
                    event.low(),
                    event.high(),
                    where.iso(event.onset()),
                    where.iso(event.offset()),
                    where.site(),
                    where.latitude(),
                    where.longitude()));
            if (channels) {
                row.add(event.channel());
            }
            if (verdicts) {
                row.add(verdict);
            }
            table.row(row.toArray());
        } catch (IOException e) {
            throw FileFailure.named(path, e);
        }
    }

    /** Writes the footer; afterwards the file is in place and on the storage device. */
    void finish() throws IOException {
        try {
            table.finish(Map.of());
            file.replace(path);
        } catch (IOException e) {
            throw FileFailure.named(path, e);
        }
    }

    /** Deletes an unfinished file. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
