/**
 * Experiments on probes: data sets, metrics, hyper-parameter search, the evaluation protocol, grids and their results.
 */
module org.unmute.experiments {
    requires transitive org.unmute.probes;
    requires transitive com.fasterxml.jackson.databind;
    requires java.management;
    requires com.fasterxml.jackson.dataformat.toml;
    requires org.apache.commons.csv;

    exports org.unmute.experiments;
    exports org.unmute.experiments.annotation;
    exports org.unmute.experiments.benchmark;
    exports org.unmute.experiments.check;
    exports org.unmute.experiments.data;
    exports org.unmute.experiments.data.set;
    exports org.unmute.experiments.detection;
    exports org.unmute.experiments.encoder;
    exports org.unmute.experiments.grid;
    exports org.unmute.experiments.metric;
    exports org.unmute.experiments.metric.event;
    exports org.unmute.experiments.parquet;
    exports org.unmute.experiments.pretrain;
    exports org.unmute.experiments.protocol;
    exports org.unmute.experiments.provenance;
    exports org.unmute.experiments.results;
    exports org.unmute.experiments.scene;
    exports org.unmute.experiments.scoring;
    exports org.unmute.experiments.search;
    exports org.unmute.experiments.strong;

    opens org.unmute.experiments.provenance to
            com.fasterxml.jackson.databind;
}
