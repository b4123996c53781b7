package org.unmute.spark.layout;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.Path;

/** {@link FaultyFileSystem} for Hadoop's {@code FileContext}, whose renames atomically replace files, as on HDFS. */
public class FaultyContext extends DelegateToFileSystem {
    /** Called by Hadoop. */
    public FaultyContext(URI uri, Configuration configuration) throws IOException, URISyntaxException {
        super(uri, new FaultyFileSystem(), configuration, "hdfs", false);
    }

    @Override
    public void renameInternal(Path from, Path to, boolean overwrite) throws IOException {
        FaultyFileSystem.change("rename " + from + " over " + to);
        Files.move(
                java.nio.file.Path.of(from.toUri().getPath()),
                java.nio.file.Path.of(to.toUri().getPath()),
                StandardCopyOption.REPLACE_EXISTING);
    }
}
