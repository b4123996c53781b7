/** The plan that the driver makes: the options that results depend on, the clips, and how tasks divide them. */
package org.unmute.spark.plan;
