package org.unmute.spark.task;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.unmute.experiments.SettingsException;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.tensor.io.Sha256;

/** Finds the files of a job on the driver, before executors do. */
public final class JobFiles {
    private static final int BUFFER = 1 << 20;

    private JobFiles() {}

    /**
     * The options with the URIs of encoder and probe, and with their digests, which every executor checks. Files that
     * are shipped are added to the job.
     *
     * @throws SettingsException if two files of one name are shipped
     * @throws IOException naming the file, if it cannot be read
     */
    public static EmbedOptions found(SparkSession spark, EmbedOptions options) throws IOException {
        HadoopFiles files = new HadoopFiles(spark.sparkContext().hadoopConfiguration());
        boolean inside = options.encoder().equals(EmbedOptions.EMBEDDED);
        String encoder = inside ? options.encoder() : uri(options.encoder(), files);
        String probe = options.probe() == null ? null : uri(options.probe(), files);
        if (options.shipped()) {
            if (!inside && probe != null && JobFile.name(encoder).equals(JobFile.name(probe))) {
                throw new SettingsException("files of encoder and probe have the same name, " + JobFile.name(probe)
                        + ", under which both would be shipped: rename one of them");
            }
            if (!inside) {
                spark.sparkContext().addFile(encoder);
            }
            if (probe != null) {
                spark.sparkContext().addFile(probe);
            }
        }
        return options.withFiles(
                encoder,
                inside || options.encoderSha256() != null ? options.encoderSha256() : sha256(encoder, files),
                probe,
                probe == null || options.probeSha256() != null ? options.probeSha256() : sha256(probe, files));
    }

    private static String uri(String file, HadoopFiles files) throws IOException {
        return files.qualified(file).toString();
    }

    private static String sha256(String uri, HadoopFiles files) throws IOException {
        Path path = new Path(uri);
        FileSystem system = files.system(path);
        files.status(uri);
        MessageDigest digest = Sha256.digest();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = system.open(path)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
