/**
 * Converts checkpoints of the original authors to safetensors files with the authors' tensor names, and encoders and
 * probes to ONNX graphs.
 */
module org.unmute.convert {
    requires transitive org.unmute.models;
    requires transitive org.unmute.probes;
    requires static org.jspecify;

    exports org.unmute.convert;
    exports org.unmute.convert.export;
    exports org.unmute.convert.graph;
}
