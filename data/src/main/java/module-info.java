/** Data sets, tables, annotations, Parquet, synthetic scenes and run records. */
module org.unmute.data {
    requires transitive org.unmute.metrics;
    requires transitive org.unmute.probes;
    requires transitive com.fasterxml.jackson.databind;

    exports org.unmute.data;
    exports org.unmute.data.annotation;
    exports org.unmute.data.field;
    exports org.unmute.data.json;
    exports org.unmute.data.parquet;
    exports org.unmute.data.pretrain;
    exports org.unmute.data.provenance;
    exports org.unmute.data.scene;
    exports org.unmute.data.set;
    exports org.unmute.data.split;
    exports org.unmute.data.verdict;

    opens org.unmute.data.provenance to
            com.fasterxml.jackson.databind;
}
