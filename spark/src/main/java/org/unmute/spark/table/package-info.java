/** The results of clips, and their columns in tables. */
package org.unmute.spark.table;
