package org.unmute.spark.layout;

import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * A Parquet file of a job's folder that rows are being written to.
 *
 * @param <T> type of a row
 */
final class RowTable<T> implements Closeable {
    private final HashedOutput file;
    private final ParquetWriter<T> writer;
    private boolean closed;

    /** @param form how rows are written; used for this file only */
    RowTable(JobStore store, String name, WriteSupport<T> form) throws IOException {
        file = new HashedOutput(store, name);
        writer = new Builder<>(file, form)
                .withConf(store.configuration())
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .build();
    }

    void add(T row) throws IOException {
        writer.write(row);
    }

    /** Finishes the file. */
    ShareResult.StoredFile finish(String to) throws IOException {
        close();
        return file.stored(to);
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            writer.close();
        }
    }

    private static final class Builder<T> extends ParquetWriter.Builder<T, Builder<T>> {
        private final WriteSupport<T> form;

        Builder(HashedOutput file, WriteSupport<T> form) {
            super(file);
            this.form = form;
        }

        @Override
        protected Builder<T> self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // there is no other way to implement it
        protected WriteSupport<T> getWriteSupport(Configuration configuration) {
            return form;
        }
    }
}
