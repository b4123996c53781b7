package org.unmute.spark.layout;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.unmute.files.Sha256;

/** A Parquet file being written to a job's folder, whose size and digest are computed on the way. */
final class HashedOutput implements OutputFile {
    private final JobStore store;
    private final String name;
    private final MessageDigest digest = Sha256.digest();
    private long bytes;
    private String sha256;

    HashedOutput(JobStore store, String name) {
        this.store = store;
        this.name = name;
    }

    /** The file as written; call after the writer is closed. */
    ShareResult.StoredFile stored(String to) {
        return new ShareResult.StoredFile(name, to, bytes, sha256);
    }

    @Override
    public PositionOutputStream create(long blockSize) throws IOException {
        return new Stream(store.create(name));
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSize) throws IOException {
        return create(blockSize);
    }

    @Override
    public boolean supportsBlockSize() {
        return false;
    }

    @Override
    public long defaultBlockSize() {
        return 0;
    }

    @Override
    public String getPath() {
        return store.path(name).toString();
    }

    private final class Stream extends PositionOutputStream {
        private final FSDataOutputStream out;

        Stream(FSDataOutputStream out) {
            this.out = out;
        }

        @Override
        public long getPos() {
            return bytes;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] b, int off, int len) throws IOException {
            out.write(b, off, len);
            digest.update(b, off, len);
            bytes += len;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (sha256 == null) {
                sha256 = HexFormat.of().formatHex(digest.digest());
                JobStore.finish(out);
            }
        }
    }
}
