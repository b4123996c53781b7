package org.unmute.spark.task;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.JobArtifactSet;
import org.apache.spark.sql.SparkSession;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import org.unmute.spark.input.FileDigests;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.ModelFiles;

/** Locates the files of a job on the driver, before executors open them. */
public final class JobFiles {
    /** The file name of a probe, as {@code unmute probe} writes it. */
    private static final String PROBE = "probe(-.*)?\\.safetensors";

    private JobFiles() {}

    /**
     * Returns the options with the URIs of encoder and probe and with their digests, which every executor checks. Adds
     * files to be shipped to the job.
     *
     * @throws SettingsException if two files of the same name are shipped, or a folder holds several probes
     * @throws IOException naming the file, if it cannot be read
     */
    public static EmbedOptions found(SparkSession spark, EmbedOptions options) throws IOException {
        HadoopFiles files = new HadoopFiles(spark.sparkContext().hadoopConfiguration());
        ModelFiles given = options.files();
        boolean inside = given.isEmbedded();
        String encoder = inside ? given.encoder() : uri(given.encoder(), files);
        String probe = given.probe() == null ? null : probe(uri(given.probe(), files), files);
        if (given.shipped()) {
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
        return options.withFiles(new ModelFiles(
                encoder,
                inside || given.encoderSha256() != null ? given.encoderSha256() : FileDigests.of(files, encoder),
                given.settings(),
                given.norm(),
                probe,
                probe == null || given.probeSha256() != null ? given.probeSha256() : FileDigests.of(files, probe),
                given.shipped()));
    }

    /**
     * Adds a file to the job. Unlike Hadoop, Spark takes escaped URIs. Tasks of queries see the files of their session,
     * the driver and other tasks those of no session.
     */
    private static void ship(SparkSession spark, String uri) {
        String escaped = new Path(uri).toUri().toString();
        spark.sparkContext().addFile(escaped);
        if (spark instanceof org.apache.spark.sql.classic.SparkSession session) {
            JobArtifactSet.withActiveJobArtifactState(session.artifactManager().state(), () -> {
                spark.sparkContext().addFile(escaped);
                return null;
            });
        }
    }

    private static String uri(String file, HadoopFiles files) throws IOException {
        return files.qualified(file).toString();
    }

    /** The probe's file; for the folder of a run, the only probe in it. */
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
        found.sort(null);
        return ProbeFiles.one(uri, found);
    }
}
