package org.unmute.spark.layout;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** A {@link FaultyFileSystem} that can silence drivers, or run code in the middle of a commit. */
public final class InterruptedFileSystem extends FaultyFileSystem {
    /** Whether all drivers are prevented from showing signs of life. */
    static volatile boolean silent;

    /** Code that runs once, when the next commit has been written. */
    static volatile Runnable afterCommit;

    static Configuration configuration(int leaseSeconds) {
        Configuration configuration = FaultyFileSystem.configuration();
        for (String scheme : new String[] {"hdfs", "s3a"}) {
            configuration.set("fs." + scheme + ".impl", InterruptedFileSystem.class.getName());
        }
        configuration.setInt(DriverLease.SECONDS, leaseSeconds);
        return configuration;
    }

    @Override
    public FSDataOutputStream create(
            Path path, FsPermission permission, boolean overwrite, int buffer, short copies, long block, Progressable p)
            throws IOException {
        if (silent && path.getName().endsWith("-beat.json")) {
            throw new IOException("the network is down");
        }
        Runnable then = afterCommit;
        FSDataOutputStream out = super.create(path, permission, overwrite, buffer, copies, block, p);
        if (then == null || !path.getName().startsWith("commit-")) {
            return out;
        }
        afterCommit = null;
        return new FSDataOutputStream(out, null) {
            @Override
            public void close() throws IOException {
                super.close();
                then.run();
            }
        };
    }
}
