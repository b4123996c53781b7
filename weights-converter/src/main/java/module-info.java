/** Converts checkpoints of the original authors to safetensors files with the authors' tensor names. */
module org.unmute.convert {
    requires transitive org.unmute.models;

    exports org.unmute.convert;
}
