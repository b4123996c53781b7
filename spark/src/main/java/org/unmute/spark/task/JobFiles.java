package org.unmute.spark.task;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.unmute.experiments.InputException;
import org.unmute.experiments.SettingsException;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.tensor.io.Sha256;

/** Finds the files of a job on the driver, before executors do. */
public final class JobFiles {
    private static final int BUFFER = 1 << 20;
    /** As {@code unmute probe} names them. */
    private static final String PROBE = "probe(-.*)?\\.safetensors";

    private JobFiles() {}

    /**
     * The options with the URIs of encoder and probe, and with their digests, which every executor checks. Files that
     * are shipped are added to the job.
     *
     * @throws SettingsException if two files of one name are shipped, or a folder holds several probes
     * @throws IOException naming the file, if it cannot be read
     */
    public static EmbedOptions found(SparkSession spark, EmbedOptions options) throws IOException {
        HadoopFiles files = new HadoopFiles(spark.sparkContext().hadoopConfiguration());
        boolean inside = options.encoder().equals(EmbedOptions.EMBEDDED);
        String encoder = inside ? options.encoder() : uri(options.encoder(), files);
        String probe = options.probe() == null ? null : probe(uri(options.probe(), files), files);
        if (options.shipped()) {
            if (!inside && probe != null && JobFile.name(encoder).equals(JobFile.name(probe))) {
                throw new SettingsException("files of encoder and probe have the same name, " + JobFile.name(probe)
                        + ", under which both would be shipped: rename one of them");
            }
            if (!inside) {
                ship(spark, encoder);
            }
            if (probe != null) {
                ship(spark, probe);
            }
        }
        return options.withFiles(
                encoder,
                inside || options.encoderSha256() != null ? options.encoderSha256() : sha256(encoder, files),
                probe,
                probe == null || options.probeSha256() != null ? options.probeSha256() : sha256(probe, files));
    }

    /** Spark, unlike Hadoop, takes a URI whose special characters are escaped. */
    private static void ship(SparkSession spark, String uri) {
        spark.sparkContext().addFile(new Path(uri).toUri().toString());
    }

    private static String uri(String file, HadoopFiles files) throws IOException {
        return files.qualified(file).toString();
    }

    /** The probe's file, or the only one in the folder of a run. */
    private static String probe(String uri, HadoopFiles files) throws IOException {
        if (!files.status(uri).isDirectory()) {
            return uri;
        }
        Path folder = new Path(uri);
        List<String> found = new ArrayList<>();
        for (FileStatus file : files.system(folder).listStatus(folder)) {
            if (file.isFile() && file.getPath().getName().matches(PROBE)) {
                found.add(file.getPath().toString());
            }
        }
        if (found.isEmpty()) {
            throw new InputException(
                    uri + " holds no trained probe (probe-*.safetensors): train one with 'unmute probe'");
        }
        if (found.size() > 1) {
            throw new SettingsException(uri + " holds " + found.size() + " probes, of several seeds: name one of them: "
                    + String.join(", ", new TreeSet<>(found)));
        }
        return found.getFirst();
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
